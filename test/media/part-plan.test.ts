import { expect, test } from 'vitest';
import { partSizeFor, partsOf, piecesOf } from '../../src/media/part-plan.ts';

const MIB = 1024 * 1024;

test('parts cover the file, each byte once', () => {
  expect(partsOf(25, 10)).toEqual([
    { number: 1, from: 0, to: 10 },
    { number: 2, from: 10, to: 20 },
    { number: 3, from: 20, to: 25 },
  ]);
  expect(partsOf(20, 10)).toHaveLength(2);
});

test('a file too long for its number of parts has larger ones', () => {
  expect(partSizeFor(8 * MIB * 9_000, 8 * MIB)).toBe(8 * MIB);
  const length = 1024 * 1024 * MIB;
  const size = partSizeFor(length, 8 * MIB);
  expect([size % MIB, partsOf(length, size).length]).toEqual([0, expect.any(Number)]);
  expect(partsOf(length, size).length).toBeLessThanOrEqual(9_000);
});

test('pieces cover the parts in order, none larger than a request may ask for, and the first wave ends one by one', () => {
  const parts = partsOf(100 * MIB + 7, 8 * MIB).filter(({ number }) => number % 3 !== 0);
  const pieces = [...piecesOf(parts, 8)];
  for (const part of parts) {
    const own = pieces.filter((piece) => piece.part === part).map(({ piece }) => piece);
    expect([own[0]?.from, own.at(-1)?.to]).toEqual([part.from, part.to]);
    for (const [index, { from }] of own.entries()) expect(from).toBe(own[index - 1]?.to ?? part.from);
  }
  const sizes = pieces.map(({ piece }) => piece.to - piece.from);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4 * MIB);
  expect(new Set(sizes.slice(0, 8)).size).toBeGreaterThanOrEqual(6);
});
