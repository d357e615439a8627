import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../local-cloud/endpoint.ts';
import { type Buckets, openBuckets } from '../../local-cloud/s3/buckets.ts';
import { type MediaBucket, mediaBucket } from '../../src/aws/bucket.ts';
import { s3Client } from '../../src/aws/s3-client.ts';
import { mergeTracks } from '../../src/media/merge.ts';
import { clip, hugePicture, type TrackFacts, tracksOf } from '../support/media/clips.ts';

const MIB = 1024 * 1024;
/** A second opinion, where it is installed. */
const FFPROBE = 'ffprobe';
let dir: string;
let buckets: Buckets;
let endpoint: Endpoint;
let client: S3Client;
let bucket: MediaBucket;
let huge: Buffer;

beforeAll(async () => {
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  process.env.AWS_MAX_ATTEMPTS = '1';
  dir = await mkdtemp(join(tmpdir(), 'merge-'));
  buckets = await openBuckets({ dir });
  await buckets.create('media');
  endpoint = await startEndpoint({ port: 0, s3: buckets.service });
  client = s3Client({ endpoint: endpoint.url });
  bucket = mediaBucket(client, 'media');
  huge = await hugePicture({ times: 4, fillerBytes: 64 * 1024 });
});
afterAll(async () => {
  client.destroy();
  await endpoint.stop();
  await buckets.stop();
  await rm(dir, { recursive: true });
});

type Options = Parameters<typeof mergeTracks>[1];

const staged = new Map<Buffer, string>();
async function stage(body: Buffer) {
  const key = staged.get(body) ?? `staged/${staged.size}`;
  if (!staged.has(body)) await bucket.putObject({ key, body, contentType: null });
  staged.set(body, key);
  return { key, bytes: body.length };
}
async function merge(picture: Buffer, sound: Buffer, changed: Partial<Options> = {}, through = bucket) {
  return mergeTracks(through, {
    video: await stage(picture),
    audio: await stage(sound),
    into: { key: 'merged', contentType: 'video/mp4' },
    onUploadCreated: async () => undefined,
    onProgress: () => undefined,
    onLeftBehind: (error) => {
      throw error;
    },
    signal: new AbortController().signal,
    ...changed,
  });
}
const { signal } = new AbortController();
async function merged(): Promise<Buffer> {
  const { bytes } = (await bucket.headObject('merged'))!;
  return bucket.getRange('merged', 0, bytes, signal);
}
async function leftInS3() {
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'media' }));
  return { uploads: (Uploads ?? []).length, object: await bucket.headObject('merged') };
}
const NOTHING = { uploads: 0, object: null };

/** The same packets, each within 1/50,000 s of where it was; Matroska's own clock ticks in milliseconds. */
function expectSame(got: TrackFacts | null, wanted: TrackFacts | null) {
  expect({ ...got, timestamps: got?.timestamps.length }).toEqual({
    ...wanted,
    timestamps: wanted?.timestamps.length,
    from: expect.closeTo(wanted!.from, 4),
    duration: expect.closeTo(wanted!.duration, 3),
  });
  const apart = got!.timestamps.map((timestamp, i) => Math.abs(timestamp - wanted!.timestamps[i]!));
  expect(Math.max(...apart)).toBeLessThan(1 / 50_000);
}

describe('every packet of both tracks is in the merged file, unchanged and at its time', () => {
  test.each([
    ['avc.mp4', 'aac.m4a', 'avc', 'aac'],
    ['avc-fragmented.mp4', 'aac.m4a', 'avc', 'aac'],
    ['avc.mkv', 'opus.webm', 'avc', 'opus'],
    ['vp9.webm', 'opus.webm', 'vp9', 'opus'],
    ['vp9.webm', 'aac.m4a', 'vp9', 'aac'],
    ['av1.mp4', 'opus.webm', 'av1', 'opus'],
  ])('of %s and %s', async (picture, sound, video, audio) => {
    const { bytes } = await merge(await clip(picture), await clip(sound));
    const file = await merged();
    expect(file.length).toBe(bytes);
    const got = await tracksOf(file);
    expectSame(got.video, (await tracksOf(await clip(picture))).video);
    expectSame(got.audio, (await tracksOf(await clip(sound))).audio);
    expect([got.video?.codec, got.audio?.codec]).toEqual([video, audio]);
  });

  test('when the file is sent in parts, one of them changed at the end', async () => {
    const seen: { number: number; bytes: number }[] = [];
    const spied: MediaBucket = {
      ...bucket,
      uploadPart: (part) => {
        seen.push({ number: part.number, bytes: part.body.length });
        return bucket.uploadPart(part);
      },
    };
    const { bytes } = await merge(huge, await clip('aac.m4a'), { partBytes: 5 * MIB }, spied);
    expect(seen.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7, 1]);
    expect(seen.reduce((sum, part) => sum + part.bytes, 0)).toBe(bytes);
    const got = await tracksOf(await merged());
    expectSame(got.video, (await tracksOf(huge)).video);
    expectSame(got.audio, (await tracksOf(await clip('aac.m4a'))).audio);
    expect(await leftInS3()).toEqual({ uploads: 0, object: { bytes } });
  });
});

test.skipIf(spawnSync(FFPROBE, ['-version']).error !== undefined)(
  'ffprobe sees picture and sound of the right length start together',
  async () => {
    await merge(await clip('avc.mp4'), await clip('aac.m4a'));
    const path = join(dir, 'merged.mp4');
    await writeFile(path, await merged());
    const told = ['-show_entries', 'stream=codec_name,start_time,duration,nb_read_packets', '-of', 'json'];
    const probed = execFileSync(FFPROBE, ['-v', 'error', '-count_packets', ...told, path], { encoding: 'utf8' });
    expect(JSON.parse(probed)).toMatchObject({
      streams: [
        {
          codec_name: 'h264',
          start_time: '0.000000',
          duration: expect.stringMatching(/^4\.00/),
          nb_read_packets: '120',
        },
        {
          codec_name: 'aac',
          start_time: '0.000000',
          duration: expect.stringMatching(/^5\.00/),
          nb_read_packets: '217',
        },
      ],
    });
  },
);

test('progress only grows, in many steps, and says 1 when the object is there', async () => {
  for (const [picture, sound] of [
    ['avc-fragmented.mp4', 'aac.m4a'],
    ['vp9.webm', 'opus.webm'],
  ] as const) {
    const told: number[] = [];
    await merge(await clip(picture), await clip(sound), { onProgress: (fraction) => told.push(fraction) });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(new Set(told).size).toBeGreaterThan(100);
    expect(told[0]).toBeLessThan(0.05);
    expect(told.at(-1)).toBe(1);
  }
});

test('the upload id is stored before the first part leaves', async () => {
  const order: string[] = [];
  const spied: MediaBucket = {
    ...bucket,
    uploadPart: (part) => {
      order.push(part.uploadId);
      return bucket.uploadPart(part);
    },
  };
  const onUploadCreated = async (uploadId: string) => {
    await sleep(20);
    order.push(`stored ${uploadId}`);
  };
  await merge(huge, await clip('aac.m4a'), { partBytes: 5 * MIB, onUploadCreated }, spied);
  expect(order[0]).toBe(`stored ${order[1]}`);
  expect(order.filter((entry) => entry.startsWith('stored'))).toHaveLength(1);
});

test('a merge can be repeated from the same tracks, over what the last one left', async () => {
  const first = await merge(huge, await clip('aac.m4a'));
  expect(await merge(huge, await clip('aac.m4a'))).toEqual(first);
  expectSame((await tracksOf(await merged())).video, (await tracksOf(huge)).video);
});

test('a track is read by large ranges, next to nothing of it twice', async () => {
  const read: number[] = [];
  const spied: MediaBucket = {
    ...bucket,
    getRange: (key, start, end, signal) => {
      read.push(end - start);
      return bucket.getRange(key, start, end, signal);
    },
  };
  const sound = await clip('aac.m4a');
  await merge(huge, sound, {}, spied);
  expect(Math.max(...read)).toBe(4 * MIB);
  // The end is looked at first: an index may be there.
  expect(read.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(huge.length + sound.length + 4 * MIB);
});

describe('nothing is left behind', () => {
  async function failsWith(what: object | string, attempt: () => Promise<unknown>) {
    await bucket.deleteObject('merged');
    if (typeof what === 'string') await expect(attempt()).rejects.toThrow(what);
    else await expect(attempt()).rejects.toMatchObject(what);
    expect(await leftInS3()).toEqual(NOTHING);
  }

  test.each([0.1, 0.6, 0.999])('when it is aborted at %d of the way', async (point) => {
    const controller = new AbortController();
    const onProgress = (fraction: number) => fraction >= point && controller.abort(new Error('cancelled'));
    const changed = { partBytes: 5 * MIB, onProgress, signal: controller.signal };
    await failsWith('cancelled', async () => merge(huge, await clip('aac.m4a'), changed));
  });

  test('when it is aborted while S3 is silent', async () => {
    for (const what of ['getRange', 'uploadPart'] as const) {
      const controller = new AbortController();
      const silent = (signal?: AbortSignal) =>
        new Promise<never>((_resolve, reject) => {
          setTimeout(() => controller.abort(new Error('cancelled')), 20);
          signal?.addEventListener('abort', () => reject(new Error('the request was aborted')));
        });
      const deaf: MediaBucket = {
        ...bucket,
        ...(what === 'getRange'
          ? { getRange: (_key, _start, _end, signal) => silent(signal) }
          : { uploadPart: ({ signal }) => silent(signal) }),
      };
      const changed = { partBytes: 5 * MIB, signal: controller.signal };
      await failsWith('cancelled', async () => merge(huge, await clip('aac.m4a'), changed, deaf));
    }
  });

  test('when it was aborted before it began', () =>
    failsWith('cancelled', async () =>
      merge(huge, await clip('aac.m4a'), { signal: AbortSignal.abort(new Error('cancelled')) }),
    ));

  test('when a staged track is gone: that is the storage’s error, not the tracks’', () =>
    failsWith({ name: 'NoSuchKey' }, async () =>
      merge(huge, await clip('aac.m4a'), { audio: { key: 'staged/none', bytes: 40_000 } }),
    ));

  test('when a read breaks off midway', () => {
    const broken: MediaBucket = {
      ...bucket,
      getRange: async (key, start, end, signal) => {
        if (start > 10 * MIB) throw new Error('the line is dead');
        return bucket.getRange(key, start, end, signal);
      },
    };
    return failsWith('the line is dead', async () =>
      merge(huge, await clip('aac.m4a'), { partBytes: 5 * MIB }, broken),
    );
  });

  test.each([1, 3])('when part %d cannot be stored', (refused) => {
    const broken: MediaBucket = {
      ...bucket,
      uploadPart: async (part) => {
        if (part.number === refused) throw new Error('S3 says SlowDown');
        return bucket.uploadPart(part);
      },
    };
    return failsWith('S3 says SlowDown', async () =>
      merge(huge, await clip('aac.m4a'), { partBytes: 5 * MIB }, broken),
    );
  });

  test('when the upload id cannot be stored', () =>
    failsWith('the table is away', async () =>
      merge(huge, await clip('aac.m4a'), {
        partBytes: 5 * MIB,
        onUploadCreated: () => Promise.reject(new Error('the table is away')),
      }),
    ));

  test('of tracks that cannot be merged, and the codecs are named', async () => {
    const mergeFailed = (said: string) => ({ code: 'merge_failed', message: expect.stringContaining(said) });
    const sound = await clip('aac.m4a');
    await failsWith(mergeFailed('mp4v and mp4a.40.2: cannot be copied'), async () =>
      merge(await clip('mpeg4.mp4'), sound),
    );
    await failsWith(mergeFailed('no picture'), () => merge(sound, sound));
    await failsWith(mergeFailed('no sound'), async () => merge(await clip('avc.mp4'), await clip('avc.mp4')));
    await failsWith(mergeFailed('unreadable'), () => merge(Buffer.from('<html>not a film</html>'), sound));
    await failsWith(mergeFailed('unreadable'), () =>
      merge(Buffer.from('#EXTM3U\n#EXTINF:4\nhttp://127.0.0.1/a.ts\n'), sound),
    );
    await failsWith(mergeFailed('unreadable'), async () => merge((await clip('avc.mp4')).subarray(0, 8_000), sound));
  });

  test('of a picture that would have to be held in memory', async () => {
    const flood = await hugePicture({ times: 1, fillerBytes: 600 * 1024, speed: 1_000 });
    const told = { code: 'merge_failed', message: expect.stringContaining('too many bytes at one time') };
    await failsWith(told, async () => merge(flood, await clip('aac.m4a')));
  });
});
