import { setTimeout as sleep } from 'node:timers/promises';
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

test('a rate is kept from the first byte on, without credit, until it is hurried', async () => {
  const url = origin.clip('size=50000000&seed=7&rate=1000000');
  const started = performance.now();
  const { body } = await fetch(url);
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += (chunk as Uint8Array).length;
    if (bytes < 500_000) continue;
    if (bytes < 1_000_000) expect(performance.now() - started).toBeGreaterThan(400);
    origin.hurry(url);
  }
  expect(bytes).toBe(50_000_000);
  expect(performance.now() - started).toBeLessThan(30_000);
});

test('what is held back comes when it is hurried, and whoever leaves before that is not waited for', async () => {
  const url = origin.clip('size=1000&seed=7&hold=400');
  const gone = new AbortController();
  const leaving = await fetch(url, { signal: gone.signal });
  expect((await leaving.body!.getReader().read()).value).toHaveLength(400);
  gone.abort();
  await expect.poll(() => origin.busy()).toBe(0);

  const { body } = await fetch(url);
  const reader = body!.getReader();
  const first = (await reader.read()).value!;
  const next = reader.read();
  expect(await Promise.race([next, sleep(100, 'silence')])).toBe('silence');
  origin.hurry(url);
  expect(Buffer.concat([first, (await next).value!]).equals(content(0, 1_000))).toBe(true);
});

test('no address is given twice', () => {
  expect(origin.clip('size=5')).not.toBe(origin.clip('size=5'));
});
