import { S3Client, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEndpoint } from '../../local-cloud/endpoint.ts';
import { openBuckets } from '../../local-cloud/s3/buckets.ts';
import { type MediaBucket, mediaBucket } from '../../src/aws/bucket.ts';
import { type EngineSettings, fetchTrack, type FetchOptions } from '../../src/media/engine.ts';
import { guardedDispatcher } from '../../src/media/guarded-fetch.ts';
import { PATIENT } from '../../src/media/retries.ts';
import type { Track } from '../../src/media/source.ts';
import type { StoredUpload } from '../../src/media/stored-upload.ts';
import { startMediaOrigin } from './origins/media-origin.ts';

export const MIB = 1024 * 1024;
/** As patient as in earnest, only faster. */
const HURRIED = { ...PATIENT, first: 5, longest: 40 };

/** A real S3 on this machine, a media origin, and the engine between them. */
export async function aMediaWorld() {
  const dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const buckets = await openBuckets({ dir });
  await buckets.create('media');
  const endpoint = await startEndpoint({ port: 0, s3: buckets.service });
  const origin = await startMediaOrigin();
  const client = anS3Client(endpoint.url);
  const bucket = mediaBucket(client, 'media');
  const settings = hurriedSettings();
  const { dispatcher } = settings;

  return {
    origin,
    s3Url: endpoint.url,
    bucket,
    settings,
    /** What an attempt does with a track, and what it told meanwhile. */
    fetch(
      track: Track,
      changes: Partial<EngineSettings & FetchOptions> & { upload?: StoredUpload; bucket?: MediaBucket } = {},
    ) {
      const told: number[] = [];
      const uploads: StoredUpload[] = [];
      const { upload = null, bucket: into = bucket, ...changed } = changes;
      const result = fetchTrack(
        track,
        { bucket: into, key: 'k', upload },
        {
          ...settings,
          refresh: () => Promise.reject(new Error('not expected to expire')),
          onUploadCreated: async (created) => void uploads.push(created),
          beforeComplete: () => Promise.resolve(),
          closing: new AbortController().signal,
          signal: new AbortController().signal,
          ...changed,
          onProgress: (bytes) => {
            told.push(bytes);
            changed.onProgress?.(bytes);
          },
        },
      );
      return { result, told, uploads };
    },
    /** The bytes the origin was asked for, and those it was asked for more than once. */
    asked(): { bytes: number; twice: number } {
      const ranges = origin.requests
        .map(({ headers }) => /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? ''))
        .map((range) => ({ from: Number(range?.[1]), to: Number(range?.[2]) + 1 }))
        .toSorted((a, b) => a.from - b.from);
      const bytes = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
      const twice = ranges.reduce((sum, { from }, index) => {
        const before = ranges[index - 1];
        return sum + (before === undefined ? 0 : Math.max(0, before.to - from));
      }, 0);
      return { bytes, twice };
    },
    async sha256(key = 'k'): Promise<string> {
      const hash = createHash('sha256');
      const response = await fetch(await bucket.presignedGet(key, { fileName: 'k', expiresSeconds: 60 }));
      for await (const chunk of response.body ?? []) hash.update(chunk as Uint8Array);
      return hash.digest('hex');
    },
    async uploadsLeft(): Promise<number> {
      return ((await client.send(new ListMultipartUploadsCommand({ Bucket: 'media' }))).Uploads ?? []).length;
    },
    /** Deletes all that is stored. */
    async empty(): Promise<void> {
      for (const upload of await bucket.listUploads('')) await bucket.abortUpload(upload);
      for (const key of await bucket.listKeys('')) await bucket.deleteObject(key);
      origin.requests.length = 0;
    },
    async stop(): Promise<void> {
      await dispatcher.destroy();
      client.destroy();
      await Promise.all([endpoint.stop(), origin.stop()]);
      await buckets.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function anS3Client(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** `silence`: the milliseconds after which a connection counts as dead; where that is not the subject, a busy machine needs many. */
export function hurriedSettings({ silence = 3_000 } = {}): EngineSettings {
  return {
    dispatcher: guardedDispatcher({
      allowPrivate: true,
      connections: 16,
      timeouts: { connect: silence, headers: silence, body: silence },
    }),
    maxBytes: 10_000 * MIB,
    partBytes: 5 * MIB,
    connections: 4,
    mostConnections: 4,
    retries: HURRIED,
    onLeftBehind: (error) => {
      throw error;
    },
  };
}

export function aTrack(url: string, changes: Partial<Track> = {}): Track {
  return {
    kind: 'whole',
    url,
    headers: {},
    length: null,
    ranges: null,
    validators: {},
    contentType: 'video/mp4',
    extension: 'mp4',
    ...changes,
  };
}
