import { ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../local-cloud/endpoint.ts';
import { type Buckets, openBuckets } from '../../local-cloud/s3/buckets.ts';
import { type MediaBucket, mediaBucket } from '../../src/aws/bucket.ts';
import { s3Client } from '../../src/aws/s3-client.ts';
import { abandonFrom, discardFrom } from '../../src/media/discard.ts';
import { transfer } from '../../src/media/transfer.ts';
import { contentOf, contentSha256 } from '../support/origins/media-content.ts';

const MIB = 1024 * 1024;
let dir: string;
let buckets: Buckets;
let endpoint: Endpoint;
let client: S3Client;
let bucket: MediaBucket;

beforeAll(async () => {
  process.env.AWS_REGION = 'us-east-1';
  process.env.AWS_ACCESS_KEY_ID = 'test';
  process.env.AWS_SECRET_ACCESS_KEY = 'test';
  process.env.AWS_MAX_ATTEMPTS = '1';
  dir = await mkdtemp(join(tmpdir(), 'media-bucket-'));
  buckets = await openBuckets({ dir });
  await buckets.create('media');
  endpoint = await startEndpoint({ port: 0, s3: buckets.service });
  client = s3Client({ endpoint: endpoint.url });
  bucket = mediaBucket(client, 'media');
});
afterAll(async () => {
  client.destroy();
  await endpoint.stop();
  await buckets.stop();
  await rm(dir, { recursive: true });
});

const link = { fileName: 'a clip.mp4', expiresSeconds: 60 };
const uploadsLeft = async () =>
  ((await client.send(new ListMultipartUploadsCommand({ Bucket: 'media' }))).Uploads ?? []).length;

async function fetched(key: string, given: Partial<Parameters<MediaBucket['presignedGet']>[1]> = {}) {
  const response = await fetch(await bucket.presignedGet(key, { ...link, ...given }));
  const sha256 = createHash('sha256')
    .update(Buffer.from(await response.arrayBuffer()))
    .digest('hex');
  return { status: response.status, sha256, headers: response.headers };
}

function aClip(size: number, told: number | null = size) {
  const body = Readable.from(contentOf(7, 0, size), { objectMode: false });
  return { contentType: 'video/mp4', length: told, body };
}
const options = (changed = {}) => ({
  maxBytes: 100 * MIB,
  partBytes: 8 * MIB,
  onProgress: () => undefined,
  onLeftBehind: (error: unknown) => {
    throw error;
  },
  signal: new AbortController().signal,
  ...changed,
});

test.each([
  ['in one piece', 1_000_000],
  ['in parts', 40 * MIB + 1],
])('a media is stored %s and read back whole, with its type', async (_how, size) => {
  expect(await transfer(bucket, 'clips/one.mp4', aClip(size), options())).toEqual({ bytes: size });
  const file = await fetched('clips/one.mp4');
  expect(file).toMatchObject({ status: 200, sha256: contentSha256(size, 7) });
  expect(file.headers.get('content-type')).toBe('video/mp4');
  expect(await uploadsLeft()).toBe(0);
});

test('a transfer that fails or is aborted leaves no upload and no object', async () => {
  await expect(transfer(bucket, 'short', aClip(20 * MIB, 20 * MIB + 1), options())).rejects.toMatchObject({
    code: 'source_interrupted',
  });
  const controller = new AbortController();
  const onProgress = (bytes: number) => bytes > 12 * MIB && controller.abort(new Error('cancelled'));
  const { signal } = controller;
  await expect(transfer(bucket, 'stopped', aClip(40 * MIB), options({ onProgress, signal }))).rejects.toThrow(
    'cancelled',
  );
  expect(await uploadsLeft()).toBe(0);
  expect((await fetched('short')).status).toBe(404);
  expect((await fetched('stopped')).status).toBe(404);
});

test('whoever knows the id of an upload can free it, once and again', async () => {
  const uploadId = await bucket.createUpload({ key: 'left', contentType: null });
  await bucket.uploadPart({ key: 'left', uploadId, number: 1, body: Buffer.alloc(10) });
  expect(await uploadsLeft()).toBe(1);
  await bucket.abortUpload({ key: 'left', uploadId });
  await bucket.abortUpload({ key: 'left', uploadId });
  expect(await uploadsLeft()).toBe(0);
});

test('an upload that is gone cannot be completed', async () => {
  const uploadId = await bucket.createUpload({ key: 'gone', contentType: null });
  const part = await bucket.uploadPart({ key: 'gone', uploadId, number: 1, body: Buffer.alloc(10) });
  await bucket.abortUpload({ key: 'gone', uploadId });
  await expect(bucket.completeUpload({ key: 'gone', uploadId, parts: [part] })).rejects.toMatchObject({
    name: 'NoSuchUpload',
  });
});

test('bodies travel unsigned, with their checksum', async () => {
  const sent: Record<string, string>[] = [];
  const spy = s3Client({ endpoint: endpoint.url });
  spy.middlewareStack.add(
    (next) => (args) => {
      sent.push({ ...(args.request as { headers: Record<string, string> }).headers });
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  await transfer(mediaBucket(spy, 'media'), 'spied', aClip(9 * MIB), options());
  await transfer(mediaBucket(spy, 'media'), 'spied', aClip(10), options());
  const bodies = sent.filter((headers) => 'x-amz-checksum-crc32' in headers);
  expect(bodies).toHaveLength(3);
  expect(new Set(bodies.map((headers) => headers['x-amz-content-sha256']))).toEqual(new Set(['UNSIGNED-PAYLOAD']));
  spy.destroy();
});

test('a deleted object is gone, and deleting it again is no error', async () => {
  await bucket.putObject({ key: 'old', body: Buffer.from('x'), contentType: null });
  await bucket.deleteObject('old');
  await bucket.deleteObject('old');
  expect((await fetched('old')).status).toBe(404);
});

test.each([
  ['a clip.mp4', 'attachment; filename="a clip.mp4"'],
  [
    'canção "ao vivo".mp4',
    `attachment; filename="can??o \\"ao vivo\\".mp4"; filename*=UTF-8''can%C3%A7%C3%A3o%20%22ao%20vivo%22.mp4`,
  ],
  ['🎬.mp4', `attachment; filename="??.mp4"; filename*=UTF-8''%F0%9F%8E%AC.mp4`],
])('a link saves the file as %s', async (fileName, disposition) => {
  await bucket.putObject({ key: 'named', body: Buffer.from('x'), contentType: null });
  const { headers } = await fetched('named', { fileName, contentType: 'audio/mp4' });
  expect(headers.get('content-disposition')).toBe(disposition);
  expect(headers.get('content-type')).toBe('audio/mp4');
});

test('a link allows seeking', async () => {
  await bucket.putObject({ key: 'seek', body: Buffer.from('0123456789'), contentType: null });
  const response = await fetch(await bucket.presignedGet('seek', link), { headers: { range: 'bytes=2-4' } });
  expect([response.status, await response.text()]).toEqual([206, '234']);
});

test('a link that was changed is refused', async () => {
  await bucket.putObject({ key: 'mine', body: Buffer.from('x'), contentType: null });
  const url = (await bucket.presignedGet('mine', link)).replace('/mine?', '/named?');
  expect((await fetch(url)).status).toBe(403);
});

test('locally a link leads to the host the viewer used, at the port of the storage', async () => {
  await bucket.putObject({ key: 'lan', body: Buffer.from('x'), contentType: null });
  const url = await bucket.presignedGet('lan', { ...link, viewerHost: 'localhost:8000' });
  expect(new URL(url).host).toBe(`localhost:${endpoint.port}`);
  expect((await fetch(url)).status).toBe(200);
  const phone = await bucket.presignedGet('lan', { ...link, viewerHost: '192.168.1.5:8000' });
  expect(new URL(phone).host).toBe(`192.168.1.5:${endpoint.port}`);
  const six = await bucket.presignedGet('lan', { ...link, viewerHost: '[fe80::1]' });
  expect(new URL(six).host).toBe(`[fe80::1]:${endpoint.port}`);
});

test.each([
  '',
  'a b',
  'evil.example/x',
  'user@evil.example',
  'a:b',
  'a:80:80',
  '[::1',
  'évil.example',
  '.example',
  'a'.repeat(300),
])('a viewer host that is none (%s) is ignored', async (viewerHost) => {
  const url = await bucket.presignedGet('lan', { ...link, viewerHost });
  expect(new URL(url).host).toBe(new URL(endpoint.url).host);
});

test('on AWS a link leads to S3, whatever host the viewer used', async () => {
  const real = mediaBucket(s3Client({}), 'media');
  const url = await real.presignedGet('k', { ...link, viewerHost: 'evil.example' });
  expect(new URL(url).host).toBe('media.s3.us-east-1.amazonaws.com');
  expect(url).not.toContain('checksum-crc32');
});

test('the parts of an upload are told, however many pages they fill', async () => {
  const uploadId = await bucket.createUpload({ key: 'many', contentType: null });
  for (let from = 1; from <= 1_010; from += 101) {
    const numbers = Array.from({ length: 101 }, (_, index) => from + index);
    await Promise.all(
      numbers.map((number) => bucket.uploadPart({ key: 'many', uploadId, number, body: Buffer.from('x') })),
    );
  }
  const parts = await bucket.listParts({ key: 'many', uploadId });
  expect(parts.map(({ number }) => number)).toEqual(Array.from({ length: 1_010 }, (_, index) => index + 1));
  expect(parts[1_009]).toMatchObject({ bytes: 1, crc32: expect.stringMatching(/=$/) });
  await bucket.abortUpload({ key: 'many', uploadId });
  await expect(bucket.listParts({ key: 'many', uploadId })).rejects.toMatchObject({ name: 'NoSuchUpload' });
});

test('an object that is not there is null, one that is has its length', async () => {
  await bucket.putObject({ key: 'there', body: Buffer.from('12345'), contentType: null });
  expect(await bucket.headObject('there')).toEqual({ bytes: 5 });
  expect(await bucket.headObject('not there')).toBeNull();
});

test('what is discarded goes with all that begins like it, but for the object to keep', async () => {
  const body = Buffer.from('x');
  const keys = ['discard/a', 'discard/a/video', 'discard/a/merged', 'discard/b'];
  await Promise.all(keys.map((key) => bucket.putObject({ key, body, contentType: null })));
  await bucket.createUpload({ key: 'discard/a/audio', contentType: null });
  await bucket.createUpload({ key: 'discard/b/audio', contentType: null });
  await discardFrom(bucket)('discard/a', 'discard/a/merged');
  expect(await bucket.listKeys('discard/')).toEqual(['discard/a/merged', 'discard/b']);
  expect((await bucket.listUploads('discard/')).map(({ key }) => key)).toEqual(['discard/b/audio']);
  await abandonFrom(bucket)('discard/b');
  expect(await bucket.listUploads('discard/')).toEqual([]);
  expect(await bucket.headObject('discard/b')).not.toBeNull();
});
