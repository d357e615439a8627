import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Control } from '../../src/downloads/control-download.ts';
import { progressOf } from '../../src/downloads/download.ts';
import { aDownload } from '../support/a-download.ts';
import { aDownloadWorld } from '../support/download-world.ts';
import { clip, hugePicture } from '../support/media/clips.ts';
import { aTrack, MIB } from '../support/media-world.ts';

let world: Awaited<ReturnType<typeof aDownloadWorld>>;
let picture: Buffer;
let sound: Buffer;
beforeAll(async () => {
  world = await aDownloadWorld();
  [picture, sound] = await Promise.all([hugePicture({ times: 6, fillerBytes: 64 * 1024 }), clip('aac.m4a')]);
});
afterAll(() => world.stop());
afterEach(() => world.media.empty());

/** A film in two tracks, each brought in two halves, and merged by an S3 that takes its time over each block it reads. */
function aWorker(id: string, { half = 0, slow = 0 } = {}) {
  const { bucket } = world.media;
  const fetched: string[] = [];
  const read: number[] = [];
  const track = (kind: 'video' | 'audio', body: Buffer) =>
    aTrack(`https://example.com/${kind}`, { kind, length: body.length });
  const worker = world.worker(id, {
    bucket: {
      ...bucket,
      getRange: async (...range) => {
        read.push(range[1]);
        await sleep(slow);
        return bucket.getRange(...range);
      },
    },
    changes: {
      resolve: async () => ({
        title: 'Filme',
        thumbnail: null,
        duration: null,
        chosen: null,
        contentType: 'video/mp4',
        extension: 'mp4',
        tracks: [track('video', picture), track('audio', sound)],
      }),
      fetchTrack: async ({ kind, contentType }, { key }, { onProgress }) => {
        fetched.push(kind);
        const body = kind === 'video' ? picture : sound;
        for (const bytes of [body.length / 2, body.length]) {
          onProgress(bytes);
          await sleep(half);
        }
        await bucket.putObject({ key, body, contentType });
        return { bytes: body.length };
      },
    },
  });
  return { ...worker, fetched, read };
}
const merged = async (id: string) => (await world.get(id))?.bytes_merged ?? 0;
async function merging() {
  const id = await world.request('https://example.com/film');
  const { run, read } = aWorker(id, { slow: 500 });
  const running = run();
  await expect.poll(() => merged(id), { interval: 20 }).toBeGreaterThan(0);
  return { id, running, read };
}

test('one bar for both tracks and their merge: it only grows, and says 100 when all is stored', async () => {
  const id = await world.request('https://example.com/film');
  await aWorker(id, { half: 550, slow: 200 }).run();
  const told = await world.told(id);
  const progress = told.map((data) => data.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  const during = (phase: string) => told.filter((data) => data.phase === phase).map((data) => data.progress);
  expect(Math.max(...during('downloading'))).toBeLessThan(91);
  expect(Math.min(...during('merging'))).toBeGreaterThan(90);
  expect(Math.max(...during('merging'))).toBeLessThan(100);
  expect(progress.at(-1)).toBe(100);
  await world.expectStored(1);
});

test('the merge weighs a tenth of the bytes, and a file that needs none has the bar to itself', () => {
  const tracks = [{ upload: null, bytes: null }];
  const half = aDownload({ status: 'downloading', bytes_downloaded: 50, bytes_total: 100, tracks });
  expect(progressOf(half)).toBe(50);
  const two = { ...half, bytes_downloaded: 100, tracks: [...tracks, ...tracks] };
  expect(progressOf(two)).toBe(90.9);
  expect(progressOf({ ...two, bytes_merged: 50 })).toBe(95.4);
  expect(progressOf({ ...two, bytes_merged: 100 })).toBe(99.9);
});

async function stopping(
  { running, read }: Awaited<ReturnType<typeof merging>>,
  stop: () => Promise<unknown>,
): Promise<void> {
  await stop();
  await running;
  // It reads blocks of 4 MiB.
  expect(read.length).toBeLessThan(picture.length / (4 * MIB));
  expect(await world.media.uploadsLeft()).toBe(0);
  await world.janitor();
}

test.each<[string, (id: string) => Promise<unknown>, string | undefined]>([
  ['cancelled', (id) => world.control(id, 'cancel' satisfies Control), 'cancelled'],
  ['deleted', (id) => world.remove(id), undefined],
])('a download that is %s while it is merged stops amid it, and nothing stays', async (_what, stop, status) => {
  const merge = await merging();
  const { id } = merge;
  await stopping(merge, () => stop(id));
  expect((await world.get(id))?.status).toBe(status);
  await world.expectStored(0);
  expect(await world.noted()).toEqual([]);
});

test('one that is paused while it is merged stops amid it, and goes on without fetching its tracks again', async () => {
  const merge = await merging();
  const { id } = merge;
  await stopping(merge, () => world.control(id, 'pause'));
  await world.expectStored(2);
  const before = progressOf((await world.get(id))!);
  await world.control(id, 'resume');
  const worker = aWorker(id);
  await worker.run();
  expect(worker.fetched).toEqual([]);
  expect(await world.get(id)).toMatchObject({ status: 'completed' });
  await world.janitor();
  await world.expectStored(1);
  const after = (await world.told(id)).filter(({ phase }) => phase === 'merging').map(({ progress }) => progress);
  expect(Math.min(...after.slice(-2))).toBeGreaterThanOrEqual(before);
});
