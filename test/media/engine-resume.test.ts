import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { OutOfTime } from '../../src/keep-hold.ts';
import { BeginAnew } from '../../src/media/interruptions.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { aMediaWorld, aTrack, MIB } from '../support/media-world.ts';

let world: Awaited<ReturnType<typeof aMediaWorld>>;
beforeAll(async () => {
  world = await aMediaWorld();
});
afterAll(() => world.stop());
afterEach(() => world.empty());
const clip = (query: string) => aTrack(world.origin.clip(`seed=7&${query}`));

describe('another attempt goes on', () => {
  const size = 43 * MIB + 77;
  const asked = () => world.origin.requests.map(({ headers }) => headers.range);

  /** An attempt that is stopped after so many bytes. */
  async function stopped(track: ReturnType<typeof clip>, after: number) {
    const stop = new AbortController();
    const onProgress = (bytes: number) => bytes >= after && stop.abort(new Error('killed'));
    const { result, uploads } = world.fetch(track, { signal: stop.signal, onProgress });
    await expect(result).rejects.toThrow('killed');
    world.origin.requests.length = 0;
    return uploads[0]!;
  }

  test('and fetches no stored part again', async () => {
    const track = clip(`size=${size}&rate=${10 * MIB}`);
    const upload = await stopped(track, 36 * MIB);
    const before = await world.bucket.listParts({ key: 'k', uploadId: upload.upload_id });
    expect(before.length).toBeGreaterThan(0);
    const { result, told } = world.fetch(track, { upload });
    await result;
    expect(told[0]).toBe(before.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(told.at(-1)).toBe(size);
    expect(world.asked()).toEqual({ bytes: size - told[0]!, twice: 0 });
    expect(await world.sha256()).toBe(contentSha256(size, 7));
  });

  test('from a run that was told to close, which finished the parts it had begun', async () => {
    const closing = new AbortController();
    const onProgress = (bytes: number) => bytes >= 12 * MIB && closing.abort();
    const track = clip(`size=${size}&rate=${40 * MIB}`);
    const { result, told, uploads } = world.fetch(track, { closing: closing.signal, onProgress });
    await expect(result).rejects.toBeInstanceOf(OutOfTime);
    const parts = await world.bucket.listParts({ key: 'k', uploadId: uploads[0]!.upload_id });
    expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(told.at(-1));
    await world.fetch(track, { upload: uploads[0]! }).result;
    expect(await world.sha256()).toBe(contentSha256(size, 7));
  });

  test('from the last part on: nothing is fetched, the object is made', async () => {
    const { uploads, result } = world.fetch(clip(`size=${size}`), {
      beforeComplete: () => Promise.reject(new Error('killed')),
    });
    await expect(result).rejects.toThrow('killed');
    world.origin.requests.length = 0;
    await world.fetch(clip(`size=${size}`), { upload: uploads[0]! }).result;
    expect(asked()).toEqual([]);
    expect(await world.sha256()).toBe(contentSha256(size, 7));
  });

  test('after an upload that was completed, its answer lost: the object is taken as it is', async () => {
    const { uploads, result } = world.fetch(clip(`size=${size}`));
    await result;
    world.origin.requests.length = 0;
    expect(await world.fetch(clip(`size=${size}`), { upload: uploads[0]! }).result).toEqual({ bytes: size });
    expect(asked()).toEqual([]);
  });

  test('anew when the upload is gone', async () => {
    const track = clip(`size=${size}&rate=${40 * MIB}`);
    const upload = await stopped(track, 12 * MIB);
    await world.bucket.abortUpload({ key: 'k', uploadId: upload.upload_id });
    await expect(world.fetch(track, { upload }).result).rejects.toBeInstanceOf(BeginAnew);
  });

  test.each([
    ['another ETag', { validators: { etag: '"other"' } }],
    ['another date', { validators: { lastModified: 'Tue, 24 Nov 2026 10:00:00 GMT' } }],
    ['another length', { length: 1 }],
  ])('anew when the source has %s now', async (_what, changed) => {
    const track = clip(`size=${size}&rate=${40 * MIB}`);
    const upload = await stopped(track, 12 * MIB);
    await expect(world.fetch({ ...track, ...changed }, { upload }).result).rejects.toBeInstanceOf(BeginAnew);
    expect(asked()).toEqual([]);
  });

  test('anew when the origin has forgotten ranges', async () => {
    const upload = await stopped(clip(`size=${size}&rate=${40 * MIB}`), 12 * MIB);
    await expect(world.fetch(clip(`size=${size}&range=no`), { upload }).result).rejects.toBeInstanceOf(BeginAnew);
  });

  test('beside one that only seemed dead: both store the same parts, one completes, and the file is whole', async () => {
    const track = clip(`size=${size}&rate=${20 * MIB}`);
    const upload = await stopped(track, 6 * MIB);
    const both = await Promise.allSettled([
      world.fetch(track, { upload }).result,
      world.fetch(track, { upload }).result,
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await world.sha256()).toBe(contentSha256(size, 7));
    expect(await world.uploadsLeft()).toBe(0);
  });
});

test('a part that S3 does not take is tried by the next attempt, and only that', async () => {
  const size = 30 * MIB;
  const uploadPart: typeof world.bucket.uploadPart = async (part) => {
    if (part.number === 3) throw new Error('S3 says SlowDown');
    return world.bucket.uploadPart(part);
  };
  const { result, uploads } = world.fetch(clip(`size=${size}`), { bucket: { ...world.bucket, uploadPart } });
  await expect(result).rejects.toThrow('S3 says SlowDown');
  await world.fetch(clip(`size=${size}`), { upload: uploads[0]! }).result;
  expect(await world.sha256()).toBe(contentSha256(size, 7));
  expect(await world.uploadsLeft()).toBe(0);
});

test('an upload that cannot be recorded is taken back', async () => {
  const onUploadCreated = () => Promise.reject(new Error('the table is away'));
  await expect(world.fetch(clip(`size=${20 * MIB}`), { onUploadCreated }).result).rejects.toThrow('the table is away');
  expect(await world.uploadsLeft()).toBe(0);
});
