import { expect, test } from 'vitest';
import { blockReader } from '../../src/media/merge-input.ts';

const BLOCK = 4 * 1024 * 1024;
const SIZE = 3 * BLOCK + 100;
const byteAt = (position: number) => (position * 7 + Math.floor(position / BLOCK)) % 251;

function reading({ failing = [] }: { failing?: number[] } = {}) {
  const fetched: number[] = [];
  const read = blockReader(SIZE, async (start, end) => {
    fetched.push(start / BLOCK);
    if (failing.includes(start / BLOCK)) throw new Error('the line is dead');
    return Buffer.from(Uint8Array.from({ length: end - start }, (_, i) => byteAt(start + i)));
  });
  return { read, fetched };
}

test.each([
  ['within a block', 10, 20],
  ['to the end of a block', BLOCK - 5, BLOCK],
  ['over the border of two', BLOCK - 5, BLOCK + 5],
  ['over a whole block', BLOCK - 1, 2 * BLOCK + 1],
  ['the last bytes', SIZE - 7, SIZE],
])('a read %s gives exactly those bytes', async (_what, start, end) => {
  const bytes = await reading().read(start, end);
  expect([...bytes.subarray(0, 10)]).toEqual(
    Array.from({ length: Math.min(10, end - start) }, (_, i) => byteAt(start + i)),
  );
  expect([bytes.length, bytes.at(-1)]).toEqual([end - start, byteAt(end - 1)]);
});

test('read from front to back, each block is fetched once, before it is needed', async () => {
  const { read, fetched } = reading();
  await read(0, 100);
  expect(fetched).toEqual([0, 1]);
  for (let at = 0; at < SIZE; at += 65_536) await read(at, Math.min(SIZE, at + 65_536));
  expect(fetched).toEqual([0, 1, 2, 3]);
});

test('a look somewhere else fetches no more than that block', async () => {
  const { read, fetched } = reading();
  await read(2 * BLOCK + 5, 2 * BLOCK + 10);
  expect(fetched).toEqual([2]);
});

test('a block that could not be fetched ahead fails the read that needs it, not the process', async () => {
  const { read } = reading({ failing: [1] });
  await read(0, 100);
  await expect(read(BLOCK, BLOCK + 1)).rejects.toThrow('the line is dead');
});

test('a read that no honest file asks for is refused', async () => {
  const { read, fetched } = reading();
  await expect(read(0, 65 * 1024 * 1024)).rejects.toThrow('a read of 68157440 bytes');
  expect(fetched).toEqual([]);
});
