import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { viewOf } from '../../src/downloads/download.ts';
import { aDownloadWorld } from '../support/download-world.ts';
import { MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';

let world: Awaited<ReturnType<typeof aDownloadWorld>>;
const size = 12 * MIB + 1;
let address: string;
beforeAll(async () => {
  world = await aDownloadWorld();
});
afterAll(() => world.stop());
beforeEach(() => {
  address = world.media.origin.clip(`size=${size}&seed=7`);
});
afterEach(async () => {
  await world.janitor();
  await world.media.empty();
});

/** Each test's clip is a file of its own. */
const clip = (more = '') => `${address}${more}`;
async function completed(url = clip(), changes: Parameters<typeof world.request>[1] = {}) {
  const id = await world.request(url, changes);
  await world.worker(id).run();
  const download = (await world.get(id))!;
  expect(download.status).toBe('completed');
  return download;
}
const storedBytes = async () => (await world.counters())['storage_bytes'] ?? 0;
/** Requests for bytes of the file: the first byte alone is how a source is asked what it has. */
const bodies = () => world.media.origin.requests.filter(({ headers }) => headers.range !== 'bytes=0-0').length;

test('the second download of the same completes at once with the same bytes, says so, and they count once', async () => {
  const before = await storedBytes();
  const first = await completed();
  world.media.origin.requests.length = 0;
  const second = await completed(`${clip()}#t=10`);
  expect(bodies()).toBe(0);
  expect(second).toMatchObject({ media_key: first.media_key, file_size: size, format: 'mp4', tracks: [] });
  expect([viewOf(first).shared, viewOf(second).shared]).toEqual([false, true]);
  await world.expectStored(1);
  expect((await storedBytes()) - before).toBe(size);

  await world.remove(first.id);
  expect(await world.media.sha256(second.media_key!)).toBe(contentSha256(size, 7));
  expect((await storedBytes()) - before).toBe(size);
  await world.remove(second.id);
  await world.expectStored(0);
  expect(await storedBytes()).toBe(before);
  expect(await world.noted()).toEqual([]);
});

test.each([
  ['has changed since', ''],
  ['tells no version', '&etag=none&date=none'],
  ['tells no length', '&range=no&length=none'],
])('what a source has that %s is fetched for itself', async (what, more) => {
  const first = await completed(clip(more));
  if (what === 'has changed since') world.media.origin.republish(clip(more));
  const second = await completed(clip(more));
  expect(second.shared).toBe(false);
  expect(await world.media.sha256(second.media_key!)).toBe(contentSha256(size, what === 'has changed since' ? 8 : 7));
  for (const { id } of [first, second]) await world.remove(id);
  await world.expectStored(0);
});

test('of a source that has changed, later downloads share what it has now', async () => {
  const first = await completed();
  world.media.origin.republish(clip());
  const second = await completed();
  const third = await completed();
  expect([second.shared, third.shared]).toEqual([false, true]);
  expect(third.media_key).toBe(second.media_key);
  for (const { id } of [second, first, third]) await world.remove(id);
  await world.expectStored(0);
});

test('another quality of the same address is fetched for itself', async () => {
  const first = await completed();
  expect((await completed(clip(), { quality: '720p' })).media_key).not.toBe(first.media_key);
});

test('downloads of the same at the same time each keep their own bytes; a later one shares those that were first', async () => {
  const before = await storedBytes();
  const held = clip(`&hold=${MIB}`);
  const ids = await Promise.all([world.request(held), world.request(held)]);
  const running = Promise.all(ids.map((id) => world.worker(id).run()));
  for (const id of ids) await world.untilStoring(id);
  world.media.origin.hurry(held);
  await running;
  await world.expectStored(2);
  expect((await storedBytes()) - before).toBe(2 * size);
  const third = await completed(held);
  expect(third.shared).toBe(true);
  for (const id of [...ids, third.id]) await world.remove(id);
  await world.expectStored(0);
  expect(await storedBytes()).toBe(before);
});

test('when all who share are deleted at once, the bytes go once and nothing is left', async () => {
  const before = await storedBytes();
  const first = await completed();
  const others = [await completed(), await completed(), await completed()];
  const removed = await Promise.all([first, ...others, first].map(({ id }) => world.remove(id)));
  expect(removed.filter(Boolean)).toHaveLength(4);
  await world.expectStored(0);
  expect(await storedBytes()).toBe(before);
  expect(await world.noted()).toEqual([]);
  expect((await completed()).shared).toBe(false);
});

test('one that is deleted while another begins to share: whoever comes first, what remains is whole', async () => {
  const before = await storedBytes();
  for (let round = 0; round < 6; round += 1) {
    const first = await completed();
    const id = await world.request(clip());
    await Promise.all([world.worker(id).run(), world.remove(first.id)]);
    const second = (await world.get(id))!;
    expect(second.status).toBe('completed');
    expect(await world.media.sha256(second.media_key!)).toBe(contentSha256(size, 7));
    await world.expectStored(1);
    await world.remove(id);
    await world.expectStored(0);
  }
  expect(await storedBytes()).toBe(before);
});

test('bytes let go of between the look and the sharing are fetched anew', async () => {
  const first = await completed();
  const id = await world.request(clip());
  const { bucket } = world.media;
  const stored = async (key: string) => {
    const object = await bucket.headObject(key);
    await world.remove(first.id);
    return object;
  };
  await world.worker(id, { changes: { stored } }).run();
  expect(await world.get(id)).toMatchObject({ status: 'completed', shared: false });
  await world.expectStored(1);
});

test('an object that is gone from the bucket is not shared', async () => {
  const first = await completed();
  await world.media.bucket.deleteObject(first.media_key!);
  const second = await completed();
  expect(second.shared).toBe(false);
  await world.remove(first.id);
  expect(await world.media.sha256(second.media_key!)).toBe(contentSha256(size, 7));
});

test('a message delivered five times at once counts one reference', async () => {
  const first = await completed();
  const id = await world.request(clip());
  await Promise.allSettled(Array.from({ length: 5 }, () => world.worker(id).run()));
  await world.worker(id).run();
  expect(await world.get(id)).toMatchObject({ status: 'completed', shared: true });
  await world.remove(first.id);
  await world.expectStored(1);
  await world.remove(id);
  await world.expectStored(0);
});

test('parts that a download had stored of its own go when it shares', async () => {
  const id = await world.request(clip());
  const broken: typeof world.media.bucket.uploadPart = () => Promise.reject(new Error('SlowDown'));
  const bucket = { ...world.media.bucket, uploadPart: broken };
  await expect(world.worker(id, { bucket }).run()).rejects.toThrow();
  const other = await completed();
  await world.worker(id).run();
  expect(await world.get(id)).toMatchObject({ status: 'completed', shared: true, media_key: other.media_key });
  await world.expectStored(1);
});
