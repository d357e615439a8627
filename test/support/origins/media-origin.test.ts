import { afterAll, beforeAll, expect, test } from 'vitest';
import { contentOf, contentSha256 } from './media-content.ts';
import { type MediaOrigin, startMediaOrigin } from './media-origin.ts';

let origin: MediaOrigin;
beforeAll(async () => {
  origin = await startMediaOrigin();
});
afterAll(() => origin.stop());

const content = (from: number, to: number) => Buffer.concat([...contentOf(7, from, to)]);
const get = async (query: string, range?: string) => {
  const response = await fetch(origin.clip(query), range === undefined ? {} : { headers: { range } });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
};

test('content is the same from wherever it is read, and differs by seed', () => {
  const whole = content(0, 600_000);
  for (const [from, to] of [
    [0, 1],
    [1, 2],
    [15, 17],
    [262_143, 262_145],
    [300_001, 600_000],
  ] as const) {
    expect(content(from, to).equals(whole.subarray(from, to))).toBe(true);
  }
  expect(contentSha256(1_000, 7)).not.toBe(contentSha256(1_000, 8));
});

test.each([
  ['bytes=0-9', 0, 10],
  ['bytes=990-', 990, 1_000],
  ['bytes=-10', 990, 1_000],
  ['bytes=500-5000', 500, 1_000],
])('a range (%s) is that piece of the whole', async (range, from, to) => {
  const { status, headers, body } = await get('size=1000&seed=7', range);
  expect([status, headers.get('content-range')]).toEqual([206, `bytes ${from}-${to - 1}/1000`]);
  expect(body.equals(content(from, to))).toBe(true);
});

test('a range beyond the end is refused, and ignored by an origin without ranges', async () => {
  expect((await get('size=1000', 'bytes=1000-')).status).toBe(416);
  expect(await get('size=1000&range=no', 'bytes=0-9')).toMatchObject({ status: 200, body: { length: 1_000 } });
});

test('a rate is kept from the first byte on, without credit', async () => {
  const started = performance.now();
  await get('size=500000&seed=7&rate=1000000');
  const seconds = (performance.now() - started) / 1_000;
  expect(seconds).toBeGreaterThan(0.45);
  expect(seconds).toBeLessThan(1.5);
});
