import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { TryAgainIn } from '../../src/aws/each-message.ts';
import { aDownloadWorld } from '../support/download-world.ts';
import { MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';

let world: Awaited<ReturnType<typeof aDownloadWorld>>;
let id: string;
beforeAll(async () => {
  world = await aDownloadWorld();
});
afterAll(() => world.stop());
afterEach(() => world.media.empty());

const now = () => world.get(id);
const request = async (query: string) => {
  const url = world.media.origin.clip(query);
  id = await world.request(url);
  return url;
};
const aWorker = (options?: Parameters<typeof world.worker>[1]) => world.worker(id, options);
async function expectWhole(size: number): Promise<void> {
  const download = await now();
  expect(download).toMatchObject({ status: 'completed', file_size: size });
  expect(await world.media.sha256(download?.media_key ?? '')).toBe(contentSha256(size, 7));
  await world.expectStored(1);
}

test('a download longer than its runs goes from one to the next, and no byte is fetched twice', async () => {
  const size = 60 * MIB + 3;
  await request(`size=${size}&seed=7&rate=${5 * MIB}`);
  let runs = 0;
  for (let left = true; left; runs += 1) {
    const worker = aWorker();
    await worker.run(60_600);
    left = worker.sent.length > 0;
    if (left) expect(await now()).toMatchObject({ status: 'downloading', idle_attempts: expect.any(Number) });
  }
  expect(runs).toBeGreaterThan(1);
  await expectWhole(size);
  const bodies = world.media.origin.requests.filter(({ headers }) => headers.range !== 'bytes=0-0');
  world.media.origin.requests.splice(0, Number.POSITIVE_INFINITY, ...bodies);
  expect(world.media.asked()).toEqual({ bytes: size, twice: 0 });
});

test('the same message delivered six times at once makes one file', async () => {
  const size = 20 * MIB;
  await request(`size=${size}&seed=7`);
  const results = await Promise.allSettled(Array.from({ length: 6 }, () => aWorker().run()));
  const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(refused.every((reason) => reason instanceof TryAgainIn)).toBe(true);
  await expectWhole(size);
});

test('a worker that stalled and one that took over finish together, and the file is whole', async () => {
  const size = 40 * MIB + 1;
  const url = await request(`size=${size}&seed=7&hold=${12 * MIB}`);
  const stalled = aWorker().run();
  await world.untilStoring(id);
  const attempt = (await now())?.attempt;
  // The clock of the second is ahead by more than a lease: the first goes on writing until it learns.
  const successor = aWorker({ after: 31_000 }).run();
  await expect.poll(async () => (await now())?.attempt, { interval: 10 }).not.toBe(attempt);
  world.media.origin.hurry(url);
  await Promise.all([stalled, successor]);
  await expectWhole(size);
});

test('S3 refuses a part: the next delivery stores that, and what was stored stays', async () => {
  const size = 30 * MIB;
  await request(`size=${size}&seed=7`);
  const uploadPart: typeof world.media.bucket.uploadPart = async (part) => {
    if (part.number === 3) throw new Error('SlowDown');
    return world.media.bucket.uploadPart(part);
  };
  await expect(aWorker({ bucket: { ...world.media.bucket, uploadPart } }).run()).rejects.toThrow(TryAgainIn);
  await aWorker().run();
  await expectWhole(size);
});

test('a source that changes while it is fetched ends as the file it is now', async () => {
  const size = 40 * MIB;
  await request(`size=${size}&seed=6&change-after=4`);
  await aWorker().run();
  await expectWhole(size);
});

test('of a download deleted while it runs nothing stays, and no row remembers it', async () => {
  await request(`size=${40 * MIB}&seed=7&rate=${64 * 1024}`);
  const running = aWorker().run();
  await expect.poll(async () => (await now())?.bytes_downloaded ?? 0).toBeGreaterThan(0);
  await world.remove(id);
  await running;
  await world.janitor();
  await world.expectStored(0);
  expect(await world.noted()).toEqual([]);
});
