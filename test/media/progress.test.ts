import { expect, test } from 'vitest';
import { speedometer } from '../../src/media/progress.ts';

/** A speedometer and a clock that moves only when told. */
function aDrive() {
  let at = 1_000_000;
  const meter = speedometer(() => new Date(at));
  return (afterMs: number, bytes: number, total: number | null = null) => {
    at += afterMs;
    return meter(bytes, total);
  };
}

test('nothing is known before the first interval', () => {
  const after = aDrive();
  expect(after(0, 0, 1_000)).toEqual({ speed: null, eta: null });
});

test('a steady pace is told from the start, with the time that is left', () => {
  const after = aDrive();
  after(0, 0);
  expect(after(500, 500, 10_000)).toEqual({ speed: 1_000, eta: 10 });
  expect(after(500, 1_000, 10_000)).toEqual({ speed: 1_000, eta: 9 });
});

test('bytes that were there before it looked count for nothing', () => {
  const after = aDrive();
  after(0, 1_000_000);
  expect(after(1_000, 1_000_100)).toMatchObject({ speed: 100 });
});

test('without a total there is no end to foretell', () => {
  const after = aDrive();
  after(0, 0);
  expect(after(1_000, 1_000)).toEqual({ speed: 1_000, eta: null });
});

test('a new pace is believed little by little, and within seconds', () => {
  const after = aDrive();
  after(0, 0);
  after(1_000, 1_000);
  const soon = after(1_000, 11_000).speed ?? 0;
  expect(soon).toBeGreaterThan(1_000);
  expect(soon).toBeLessThan(10_000);
  let last = soon;
  for (let second = 1; second <= 20; second += 1) last = after(1_000, 11_000 + second * 10_000).speed ?? 0;
  expect(last).toBeGreaterThan(9_800);
});

test('a stall brings the speed down to nothing, and then the end is unknown', () => {
  const after = aDrive();
  after(0, 0);
  after(1_000, 1_000, 5_000);
  expect(after(5_000, 1_000, 5_000).speed).toBeLessThan(400);
  expect(after(60_000, 1_000, 5_000)).toEqual({ speed: 0, eta: null });
});

test('a clock set back neither breaks it nor makes it negative', () => {
  const after = aDrive();
  after(0, 0);
  after(1_000, 1_000);
  expect(after(-60_000, 2_000).speed).toBe(1_000);
  expect(after(1_000, 3_000).speed).toBe(1_000);
});

test('at the end nothing is left', () => {
  const after = aDrive();
  after(0, 0);
  expect(after(1_000, 1_000, 1_000)).toEqual({ speed: 1_000, eta: 0 });
});
