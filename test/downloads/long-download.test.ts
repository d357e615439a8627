import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TryAgainIn } from '../../src/aws/each-message.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { repairDownloads } from '../../src/downloads/repair-downloads.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { runDownload } from '../../src/downloads/run-download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { mediaStorage } from '../../src/media/media-storage.ts';
import { sourceChain } from '../../src/media/sources/chain.ts';
import { directSource } from '../../src/media/sources/direct.ts';
import { aDownload, at } from '../support/a-download.ts';
import { aMediaWorld, MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let media: Awaited<ReturnType<typeof aMediaWorld>>;
let id: string;
let made = 0;
beforeAll(async () => {
  [tables, media] = await Promise.all([someTables(), aMediaWorld()]);
});
afterAll(() => Promise.all([tables.stop(), media.stop()]));
beforeEach(() => {
  id = `long${(made += 1)}`;
});
afterEach(() => media.empty());

const downloads = () => downloadsTable(tables.db, tables.names);
const now = () => downloads().get(id);
const request = (query: string) =>
  downloads().request(aDownload({ id, url: media.origin.clip(query) }), null, new Date());

/** A worker with everything real but the queue. */
function aWorker({ bucket = media.bucket, after = 0 } = {}) {
  const sent: string[] = [];
  const app = {
    attempts: attemptsTable(tables.db, tables.names),
    downloads: downloads(),
    resolve: sourceChain([directSource({ dispatcher: media.settings.dispatcher })]).resolve,
    ...mediaStorage(bucket, media.settings),
    queue: { send: async (message: { id: string }) => void sent.push(message.id) },
    now: () => new Date(Date.now() + after),
  };
  const delivery = { hide: () => Promise.resolve() };
  return { sent, run: (remaining = 900_000) => runDownload(app, { id }, delivery, () => remaining) };
}
async function expectWhole(size: number): Promise<void> {
  const download = await now();
  expect(download).toMatchObject({ status: 'completed', file_size: size });
  expect(await media.sha256(download?.media_key ?? '')).toBe(contentSha256(size, 7));
  await expectNothingElse(1);
}
async function expectNothingElse(objects: number): Promise<void> {
  expect(await media.uploadsLeft()).toBe(0);
  expect(await media.bucket.listKeys('')).toHaveLength(objects);
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
  const bodies = media.origin.requests.filter(({ headers }) => headers.range !== 'bytes=0-0');
  media.origin.requests.splice(0, Number.POSITIVE_INFINITY, ...bodies);
  expect(media.asked()).toEqual({ bytes: size, twice: 0 });
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
  await request(`size=${size}&seed=7&rate=${6 * MIB}`);
  const stalled = aWorker().run();
  await expect.poll(async () => (await now())?.tracks[0]?.upload ?? null, { timeout: 5_000 }).not.toBeNull();
  // The clock of the second is ahead by more than a lease: the first goes on writing until it learns.
  await Promise.all([stalled, aWorker({ after: 31_000 }).run()]);
  await expectWhole(size);
});

test('S3 refuses a part: the next delivery stores that, and what was stored stays', async () => {
  const size = 30 * MIB;
  await request(`size=${size}&seed=7`);
  const uploadPart: typeof media.bucket.uploadPart = async (part) => {
    if (part.number === 3) throw new Error('SlowDown');
    return media.bucket.uploadPart(part);
  };
  await expect(aWorker({ bucket: { ...media.bucket, uploadPart } }).run()).rejects.toThrow(TryAgainIn);
  await aWorker().run();
  await expectWhole(size);
});

test('a source that changes while it is fetched ends as the file it is now', async () => {
  const size = 40 * MIB;
  await request(`size=${size}&seed=6&change-after=4`);
  await aWorker().run();
  await expectWhole(size);
});

test.each([
  ['changes for ever', `size=${20 * MIB}&change-after=each`, 'source_changed'],
  ['breaks off for ever', `size=${20 * MIB}&disconnect=${11 * MIB}`, 'source_interrupted'],
  ['falls silent in one stream', `size=${20 * MIB}&stall=${11 * MIB}&range=no`, 'source_interrupted'],
  ['becomes a page', `size=${20 * MIB}&page-after=3`, 'source_not_media'],
  ['lies about its length', `size=${20 * MIB}&total=%2B1000000`, 'source_changed'],
])('of a source that %s nothing stays', async (_what, query, code) => {
  await request(query);
  await aWorker().run();
  expect(await now()).toMatchObject({ status: 'failed', error_code: code, media_key: null, tracks: [] });
  await expectNothingElse(0);
});

test('of a download deleted while it runs nothing stays, and no row remembers it', async () => {
  await request(`size=${40 * MIB}&seed=7&rate=${4 * MIB}`);
  const running = aWorker().run();
  await expect.poll(async () => (await now())?.bytes_downloaded ?? 0, { timeout: 5_000 }).toBeGreaterThan(0);
  await downloads().remove(id, new Date());
  await running;
  const later = () => new Date(Date.now() + 120_000);
  const { discard } = mediaStorage(media.bucket, media.settings);
  const repairs = repairsTable(tables.db, tables.names.downloads);
  await repairDownloads({
    repairs,
    downloads: downloads(),
    queue: { send: async () => undefined },
    discard,
    now: later,
  });
  await expectNothingElse(0);
  expect((await repairs.unsettledBefore(at(1e9))).discarded).toEqual([]);
});
