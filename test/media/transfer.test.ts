import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Dispatcher } from 'undici';
import type { MediaBucket } from '../../src/aws/bucket.ts';
import { guardedDispatcher, guardedGet } from '../../src/media/guarded-fetch.ts';
import { mediaBody } from '../../src/media/media-body.ts';
import { lengthOf } from '../../src/media/answer.ts';
import { type StreamedMedia, transfer } from '../../src/media/transfer.ts';
import { contentOf, contentSha256 } from '../support/origins/media-content.ts';
import { type MediaOrigin, startMediaOrigin } from '../support/origins/media-origin.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SEED = 7;

/** A bucket in memory. A part is copied only when its upload ends, so that a buffer reused too early shows. */
function aBucket({
  partTakes = () => sleep(1),
  abortFails = false,
}: { partTakes?: (n: number) => Promise<unknown>; abortFails?: boolean } = {}) {
  const uploads = new Map<string, Map<number, Buffer>>();
  const objects = new Map<string, { body: Buffer; contentType: string | null }>();
  const types = new Map<string, string | null>();
  const seen = { parts: 0, inFlight: 0, mostInFlight: 0, stored: 0 };
  const bucket = {
    putObject: async ({ key, body, contentType }: Parameters<MediaBucket['putObject']>[0]) => {
      objects.set(key, { body: Buffer.from(body), contentType });
    },
    createUpload: async ({ key, contentType }: Parameters<MediaBucket['createUpload']>[0]) => {
      uploads.set(`upload of ${key}`, new Map());
      types.set(key, contentType);
      return `upload of ${key}`;
    },
    uploadPart: async ({ uploadId, number, body, signal }: Parameters<MediaBucket['uploadPart']>[0]) => {
      const ended = new AbortController();
      seen.parts += 1;
      seen.inFlight += 1;
      seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight);
      try {
        await Promise.race([partTakes(number), once(signal!, 'abort', { signal: ended.signal })]);
        signal!.throwIfAborted();
      } finally {
        ended.abort();
        seen.inFlight -= 1;
      }
      seen.stored += body.length;
      uploads.get(uploadId)?.set(number, Buffer.from(body));
      return { number, bytes: body.length, etag: `etag ${number}`, crc32: `crc ${number}` };
    },
    completeUpload: async ({ key, uploadId, parts }: Parameters<MediaBucket['completeUpload']>[0]) => {
      const body = Buffer.concat(parts.map(({ number }) => uploads.get(uploadId)?.get(number) ?? Buffer.from('?')));
      objects.set(key, { body, contentType: types.get(key) ?? null });
      uploads.delete(uploadId);
    },
    abortUpload: async ({ uploadId }: { uploadId: string }) => {
      if (abortFails) throw new Error('S3 is away');
      uploads.delete(uploadId);
    },
  };
  return {
    ...bucket,
    uploads,
    objects,
    seen,
    sha256: (key: string) => sha256(objects.get(key)?.body ?? Buffer.alloc(0)),
  };
}
const sha256 = (body: Buffer) => createHash('sha256').update(body).digest('hex');

function media(
  size: number,
  {
    length = size,
    body = Readable.from(contentOf(SEED, 0, size), { objectMode: false }),
  }: { length?: number | null; body?: Readable } = {},
): StreamedMedia {
  return { contentType: 'video/mp4', length, body };
}

function options(changed: Partial<Parameters<typeof transfer>[3]> = {}) {
  return {
    maxBytes: 100 * MIB,
    partBytes: 256 * KIB,
    onProgress: () => undefined,
    onLeftBehind: (error: unknown) => {
      throw error;
    },
    signal: new AbortController().signal,
    ...changed,
  };
}

describe('a media is stored byte for byte', () => {
  const part = 256 * KIB;
  test.each([
    ['one byte', 1, 0],
    ['less than a part', part - 1, 0],
    ['exactly a part', part, 0],
    ['a part and a byte', part + 1, 2],
    ['exactly three parts', 3 * part, 3],
    ['twenty parts and a bit', 20 * part + 77, 21],
  ])('%s', async (_what, size, parts) => {
    for (const length of [size, null]) {
      const bucket = aBucket();
      expect(await transfer(bucket, 'k', media(size, { length }), options())).toEqual({ bytes: size });
      expect(bucket.sha256('k')).toBe(contentSha256(size, SEED));
      expect(bucket.objects.get('k')?.contentType).toBe('video/mp4');
      expect(bucket.seen.parts).toBe(parts);
    }
  });

  test('when its parts arrive in any order', async () => {
    const bucket = aBucket({ partTakes: (number) => sleep((number * 7) % 5) });
    await transfer(bucket, 'k', media(5 * MIB), options());
    expect(bucket.sha256('k')).toBe(contentSha256(5 * MIB, SEED));
    expect(bucket.seen.mostInFlight).toBe(4);
  });
});

test('progress only grows, ends with the whole, and never runs further ahead of the storage than the buffers are big', async () => {
  const bucket = aBucket();
  const told: number[] = [];
  const onProgress = (bytes: number) => {
    told.push(bytes);
    expect(bytes - bucket.seen.stored).toBeLessThanOrEqual(2 * 256 * KIB);
  };
  await transfer(bucket, 'k', media(5 * MIB), options({ onProgress, concurrency: 2 }));
  expect(told).toEqual(told.toSorted((a, b) => a - b));
  expect(told.at(-1)).toBe(5 * MIB);
});

test('a very large file has larger parts, so that there are never too many', async () => {
  const bucket = aBucket({ partTakes: () => Promise.reject(new Error('that suffices')) });
  const sizes: number[] = [];
  const spied = {
    ...bucket,
    uploadPart: (part: Parameters<MediaBucket['uploadPart']>[0]) => {
      sizes.push(part.body.length);
      return bucket.uploadPart(part);
    },
  };
  const length = 100 * 1024 * MIB;
  const endless = Readable.from(contentOf(SEED, 0, length), { objectMode: false });
  await expect(
    transfer(spied, 'k', media(0, { length, body: endless }), options({ maxBytes: length, partBytes: 8 * MIB })),
  ).rejects.toThrow('that suffices');
  expect(sizes[0]).toBe(12 * MIB);
});

describe('nothing is left behind', () => {
  async function failsWith(what: object | string, source: StreamedMedia, bucket = aBucket(), changed = {}) {
    const attempt = transfer(bucket, 'k', source, options(changed));
    if (typeof what === 'string') await expect(attempt).rejects.toThrow(what);
    else await expect(attempt).rejects.toMatchObject(what);
    expect({ uploads: bucket.uploads.size, objects: bucket.objects.size }).toEqual({ uploads: 0, objects: 0 });
    expect(bucket.seen.inFlight).toBe(0);
    expect(source.body.destroyed).toBe(true);
  }

  test('of a source that is empty', () => failsWith({ code: 'source_empty' }, media(0, { length: null })));
  test('of a source that is shorter than it said', () =>
    failsWith({ code: 'source_interrupted' }, media(MIB, { length: MIB + 1 })));
  test('of a source that is longer than it said', () =>
    failsWith({ code: 'source_interrupted' }, media(MIB, { length: MIB - 1 })));
  test('of a source that says it is too large', async () => {
    const bucket = aBucket();
    await failsWith({ code: 'too_large' }, media(MIB), bucket, { maxBytes: MIB - 1 });
    expect(bucket.seen.parts).toBe(0);
  });
  test('of a source that turns out to be too large', () =>
    failsWith({ code: 'too_large' }, media(MIB, { length: null }), aBucket(), { maxBytes: MIB - 1 }));

  test('of a source that breaks', async () => {
    const broken = async function* () {
      yield* contentOf(SEED, 0, MIB);
      throw new Error('the line is dead');
    };
    await failsWith('the line is dead', media(2 * MIB, { body: Readable.from(broken(), { objectMode: false }) }));
  });

  test('when a part cannot be stored, even while the source is silent', async () => {
    const silent = new Readable({ read: () => undefined });
    for (const chunk of contentOf(SEED, 0, MIB)) silent.push(chunk);
    const partTakes = async (number: number) => {
      await sleep(5);
      if (number === 2) throw new Error('S3 says SlowDown');
    };
    await failsWith('S3 says SlowDown', media(2 * MIB, { body: silent }), aBucket({ partTakes }));
  });

  test('when it is aborted while the source is silent', async () => {
    const controller = new AbortController();
    const silent = new Readable({ read: () => undefined });
    silent.push(Buffer.alloc(MIB));
    setTimeout(() => controller.abort(new Error('cancelled')), 20);
    await failsWith('cancelled', media(2 * MIB, { body: silent }), aBucket(), { signal: controller.signal });
  });

  test('when it is aborted while parts are on their way', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('cancelled')), 20);
    const partTakes = () => new Promise(() => undefined);
    await failsWith('cancelled', media(2 * MIB), aBucket({ partTakes }), { signal: controller.signal });
  });

  test('when it was aborted before it began', () =>
    failsWith('cancelled', media(MIB), aBucket(), { signal: AbortSignal.abort(new Error('cancelled')) }));
});

test('what cannot be taken back is told, and the first error stays the one that counts', async () => {
  const bucket = aBucket({ abortFails: true });
  const onLeftBehind = vi.fn();
  await expect(transfer(bucket, 'k', media(MIB, { length: 2 * MIB }), options({ onLeftBehind }))).rejects.toMatchObject(
    {
      code: 'source_interrupted',
    },
  );
  expect(onLeftBehind).toHaveBeenCalledExactlyOnceWith(new Error('S3 is away'));
});

describe('from a real origin', () => {
  let origin: MediaOrigin;
  let dispatcher: Dispatcher;
  let hasty: Dispatcher;
  beforeAll(async () => {
    origin = await startMediaOrigin();
    dispatcher = guardedDispatcher({ allowPrivate: true });
    hasty = guardedDispatcher({ allowPrivate: true, timeouts: { connect: 5_000, headers: 5_000, body: 300 } });
  });
  afterAll(async () => {
    await Promise.all([dispatcher.destroy(), hasty.destroy()]);
    await origin.stop();
  });
  const { signal } = new AbortController();
  const open = async (url: string, by = dispatcher): Promise<StreamedMedia> => {
    const { response } = await guardedGet(url, { dispatcher: by, signal, headers: {} });
    return { contentType: null, length: lengthOf(response.headers), body: mediaBody(response.body, signal) };
  };

  test('64 MiB arrive whole', async () => {
    const bucket = aBucket();
    const source = await open(origin.clip(`size=${64 * MIB}&seed=${SEED}`));
    await transfer(bucket, 'k', source, options({ partBytes: 8 * MIB }));
    expect(bucket.sha256('k')).toBe(contentSha256(64 * MIB, SEED));
  });

  test.each(['disconnect=3000000', 'stall=3000000', 'length=%2B10', 'length=none&disconnect=3000000'])(
    'a fault (%s) is the source’s, and nothing is left behind',
    async (fault) => {
      const bucket = aBucket();
      const source = await open(origin.clip(`size=${4 * MIB}&${fault}`), hasty);
      await expect(transfer(bucket, 'k', source, options())).rejects.toMatchObject({ code: 'source_interrupted' });
      expect({ uploads: bucket.uploads.size, objects: bucket.objects.size }).toEqual({ uploads: 0, objects: 0 });
      await expect.poll(() => origin.busy()).toBe(0);
    },
  );
});
