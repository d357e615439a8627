import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TryAgainIn } from '../../src/aws/each-message.ts';
import { aDownloadWorld } from '../support/download-world.ts';
import { clip, hugePicture } from '../support/media/clips.ts';
import { aTrack, MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';

const MINUTES = 60_000;
const SKEWS: [number, number][] = [
  [0, 5],
  [0, -5],
  [5, 0],
  [-5, 0],
  [-7, 7],
];
let world: Awaited<ReturnType<typeof aDownloadWorld>>;
beforeAll(async () => {
  world = await aDownloadWorld();
});
afterAll(() => world.stop());
afterEach(() => world.media.empty());

type Worker = ReturnType<typeof world.worker>;
/** As the queue would: the message comes back until somebody has dealt with it. */
async function delivered(id: string, worker: Worker): Promise<void> {
  for (;;) {
    try {
      return await worker.run();
    } catch (error) {
      if (!(error instanceof TryAgainIn)) throw error;
      await sleep(50);
      if ((await world.get(id))?.status !== 'downloading') return;
    }
  }
}
/** Whatever the clocks say, by now nobody holds anything. */
const muchLater = () => world.janitor(30 * MINUTES);

async function expectWhole(id: string, bytes: number): Promise<string> {
  await muchLater();
  const download = (await world.get(id))!;
  expect(download).toMatchObject({ status: 'completed', attempt: null, lease_expires_at: null, tracks: [] });
  expect(download.file_size).toBe(bytes);
  await world.expectStored(1);
  expect(await world.noted()).toEqual([]);
  return world.media.sha256(download.media_key!);
}

describe.each(SKEWS)('of two workers whose clocks are %d and %d minutes off', (first, second) => {
  const size = 24 * MIB + 5;
  const clocks = [first * MINUTES, second * MINUTES] as const;

  test('one message delivered to both at once makes one file', async () => {
    const id = await world.request(world.media.origin.clip(`size=${size}&seed=7&rate=${8 * MIB}`));
    const before = (await world.counters())['completed'] ?? 0;
    await Promise.all(clocks.map((after) => delivered(id, world.worker(id, { after }))));
    expect(await expectWhole(id, size)).toBe(contentSha256(size, 7));
    expect((await world.counters())['completed']).toBe(before + 1);
  });

  test('the second comes while the first is storing: it takes over or lets it be, and the file is whole', async () => {
    const url = world.media.origin.clip(`size=${size}&seed=7&hold=${12 * MIB}`);
    const id = await world.request(url);
    const running = delivered(id, world.worker(id, { after: clocks[0] }));
    await world.untilStoring(id);
    const coming = delivered(id, world.worker(id, { after: clocks[1] }));
    await sleep(200);
    world.media.origin.hurry(url);
    await Promise.all([running, coming]);
    expect(await expectWhole(id, size)).toBe(contentSha256(size, 7));
  });

  test('the first dies: the second goes on as soon as, by its clock, the lease is over', async () => {
    const id = await world.request(world.media.origin.clip(`size=${size}&seed=7`));
    const dead = () => Promise.reject(new Error('killed'));
    const killed = world.worker(id, {
      after: clocks[0],
      bucket: { ...world.media.bucket, completeUpload: dead },
      changes: { attempts: { ...world.attempts, release: dead } },
    });
    await expect(killed.run()).rejects.toThrow(TryAgainIn);
    expect(await world.get(id)).toMatchObject({ status: 'downloading', attempt: expect.any(String) });
    world.media.origin.requests.length = 0;
    await delivered(id, world.worker(id, { after: Math.max(clocks[1], clocks[0] + 31_000) }));
    expect(world.media.origin.requests).toHaveLength(1);
    expect(await expectWhole(id, size)).toBe(contentSha256(size, 7));
  });
});

describe('a worker that does not know that another, whose clock is ahead, has taken over', () => {
  const AHEAD = 5 * MINUTES;

  test('takes back the small file that it stored too late', async () => {
    const id = await world.request(world.media.origin.clip('size=5000&seed=7'));
    const { bucket } = world.media;
    const late = world.worker(id, {
      bucket: {
        ...bucket,
        putObject: async (object) => {
          await world.worker(id, { after: AHEAD }).run();
          expect(await world.get(id)).toMatchObject({ status: 'completed' });
          await bucket.putObject(object);
        },
      },
    });
    await late.run();
    await world.expectStored(1);
    expect(await expectWhole(id, 5_000)).toBe(contentSha256(5_000, 7));
  });

  test('and is killed right after it stored something: the janitor finds it', async () => {
    const id = await world.request(world.media.origin.clip('size=5000&seed=7'));
    const { bucket } = world.media;
    let stray: Parameters<typeof bucket.putObject>[0] | undefined;
    const killed = world.worker(id, {
      bucket: {
        ...bucket,
        putObject: async (object) => {
          stray = object;
          throw new Error('killed, but S3 has got it');
        },
      },
      changes: { abandon: () => Promise.reject(new Error('dead')) },
    });
    await expect(killed.run()).rejects.toThrow(TryAgainIn);
    await world.worker(id, { after: AHEAD }).run();
    await bucket.putObject(stray!);
    expect(await world.media.bucket.listKeys('')).toHaveLength(2);
    expect(await expectWhole(id, 5_000)).toBe(contentSha256(5_000, 7));
  });

  test('merges beside it: one merged file stays', async () => {
    const { bucket } = world.media;
    const [picture, sound] = await Promise.all([hugePicture({ times: 3, fillerBytes: 64 * 1024 }), clip('aac.m4a')]);
    const id = await world.request('https://example.com/film');
    const tracks = [
      aTrack('https://example.com/v', { kind: 'video', length: picture.length }),
      aTrack('https://example.com/a', { kind: 'audio', length: sound.length }),
    ] as const;
    const aWorker = (after: number, completeUpload?: typeof bucket.completeUpload) =>
      world.worker(id, {
        after,
        bucket: { ...bucket, ...(completeUpload !== undefined && { completeUpload }) },
        changes: {
          resolve: async () => ({
            title: 'Filme',
            thumbnail: null,
            duration: null,
            chosen: null,
            contentType: 'video/mp4',
            extension: 'mp4',
            tracks: [...tracks],
          }),
          fetchTrack: async ({ kind }, { key }) => {
            const body = kind === 'video' ? picture : sound;
            await bucket.putObject({ key, body, contentType: null });
            return { bytes: body.length };
          },
        },
      });
    let raced = false;
    const late = aWorker(0, async (upload) => {
      raced = true;
      await aWorker(AHEAD).run();
      expect(await world.get(id)).toMatchObject({ status: 'completed' });
      await bucket.completeUpload(upload);
    });
    await late.run();
    expect(raced).toBe(true);
    const { bytes } = (await bucket.headObject((await world.get(id))!.media_key!))!;
    await expectWhole(id, bytes);
  });
});
