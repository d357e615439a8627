import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CREDENTIALS } from '../aws-request.ts';
import { openBuckets } from './buckets.ts';
import { BUCKET, openS3World, type S3World } from './s3-world.ts';

let world: S3World;
beforeEach(async () => {
  world = await openS3World();
});
afterEach(() => world.stop());

const dataFiles = () => readdir(join(world.dir, BUCKET, 'data'));

describe('after a restart', () => {
  test('objects are as they were, with all that belongs to them', async () => {
    const at = { Bucket: BUCKET, Key: 'a/ü' };
    await world.s3.send(
      new PutObjectCommand({ ...at, Body: 'x', ContentType: 'a/b', Metadata: { m: '1' }, Tagging: 't=1' }),
    );
    const before = await world.s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    await world.restart();
    const after = await world.s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    const { Body: _a, $metadata: _b, ...facts } = before;
    expect(after).toMatchObject(facts);
    expect(await after.Body!.transformToString()).toBe('x');
  });

  test('an upload goes on with the parts it had', async () => {
    const at = { Bucket: BUCKET, Key: 'upload' };
    const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand({ ...at, ContentType: 'a/b' }));
    const part = (PartNumber: number, Body: Buffer) =>
      world.s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
    await part(1, Buffer.alloc(5 * 1024 * 1024, 'a'));
    await world.restart();
    await part(2, Buffer.from('b'));
    const { Parts } = await world.s3.send(new ListPartsCommand({ ...at, UploadId }));
    await world.s3.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        MultipartUpload: { Parts: Parts!.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })) },
      }),
    );
    await world.restart();
    const got = await world.s3.send(new GetObjectCommand({ ...at, Range: 'bytes=-2' }));
    expect([got.ContentType, await got.Body!.transformToString()]).toEqual(['a/b', 'ab']);
  });

  test('what a crash left half done is gone', async () => {
    await world.buckets.put(BUCKET, 'kept', Buffer.from('x'));
    const [kept] = await dataFiles();
    const inBucket = (...path: string[]) => join(world.dir, BUCKET, ...path);
    await writeFile(inBucket('data', '00000000-0000-4000-8000-000000000000'), 'half');
    await writeFile(inBucket('objects', 'abc.json.00000000-0000-4000-8000-000000000000.tmp'), '{"half');
    await world.restart();
    expect(await dataFiles()).toEqual([kept]);
    expect(await readdir(inBucket('objects'))).toHaveLength(1);
    expect(await world.buckets.list(BUCKET)).toEqual(['kept']);
  });
});

test('killed while it writes, it has lost nothing it had confirmed and keeps nothing else', async () => {
  const script = `
    import { openBuckets } from ${JSON.stringify(fileURLToPath(new URL('buckets.ts', import.meta.url)))};
    import { startEndpoint } from ${JSON.stringify(fileURLToPath(new URL('../endpoint.ts', import.meta.url)))};
    const buckets = await openBuckets({ dir: ${JSON.stringify(join(world.dir, 'killed'))} });
    await buckets.create('bucket');
    console.log((await startEndpoint({ port: 0, s3: buckets.service })).url);`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const s3 = new S3Client({
    endpoint: String(line).trim(),
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: CREDENTIALS,
  });
  const confirmed = new Map<string, string>();
  const writers = Array.from({ length: 4 }, async (_, writer) => {
    for (let round = 0; ; round++) {
      const [key, body] = [`${writer}/${round % 5}`, `${writer} ${round} `.repeat(5000)];
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }));
      confirmed.set(key, body);
    }
  });
  const settled = Promise.allSettled(writers);
  while (confirmed.size < 20) await sleep(5);
  child.kill('SIGKILL');
  await settled;

  const buckets = await openBuckets({ dir: join(world.dir, 'killed') });
  for (const [key, body] of confirmed) {
    const stored = await text((await buckets.get(BUCKET, key)).body!);
    // The write under way may have been committed, only its confirmation not sent any more.
    expect([body, nextOf(body)]).toContain(stored);
  }
  const left = await readdir(join(world.dir, 'killed', BUCKET, 'data'));
  expect(left).toHaveLength((await buckets.list(BUCKET)).length);
});

function nextOf(body: string): string {
  const [writer, round] = body.split(' ');
  return `${writer} ${Number(round) + 5} `.repeat(5000);
}

test('files that no object needs any more are removed', async () => {
  const at = { Bucket: BUCKET, Key: 'k' };
  for (const body of ['1', '2', '3']) await world.s3.send(new PutObjectCommand({ ...at, Body: body }));
  expect(await dataFiles()).toHaveLength(1);
  const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand(at));
  const part = async (PartNumber: number, Body: string) => {
    const { ETag } = await world.s3.send(new UploadPartCommand({ ...at, UploadId, PartNumber, Body }));
    return { PartNumber, ETag };
  };
  await part(1, 'unused');
  await part(2, 'first');
  const used = await part(2, 'second');
  await world.s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: [used] } }));
  expect(await dataFiles()).toHaveLength(1);
  expect(await readdir(join(world.dir, BUCKET, 'uploads'))).toEqual([]);
  await world.buckets.delete(BUCKET, 'k');
  expect(await dataFiles()).toEqual([]);
  expect(await readdir(join(world.dir, BUCKET, 'objects'))).toEqual([]);
});

test('an upload whose sender hangs up stores nothing, and leaves the old object as it was', async () => {
  await world.buckets.put(BUCKET, 'k', Buffer.from('old'));
  const url = await getSignedUrl(
    world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' }),
    new PutObjectCommand({ Bucket: BUCKET, Key: 'k' }),
  );
  const sending = request(url, { method: 'PUT', headers: { 'content-length': '1000000' } });
  sending.on('error', () => undefined);
  sending.write('half');
  while ((await dataFiles()).length < 2) await sleep(5);
  sending.destroy();
  while ((await dataFiles()).length > 1) await sleep(5);
  expect(await text((await world.buckets.get(BUCKET, 'k')).body!)).toBe('old');
});

describe('the program itself', () => {
  test('puts buffers and streams, and gets them as an HTTP client would', async () => {
    const { buckets } = world;
    await buckets.put(BUCKET, 'b', Buffer.from('01234'), { contentType: 'text/html', cacheControl: 'no-cache' });
    await buckets.put(BUCKET, 's', Readable.from(['strings ', Buffer.from('and bytes')]), { metadata: { a: 'b' } });
    const got = await buckets.get(BUCKET, 'b');
    expect(got).toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/html', 'cache-control': 'no-cache', 'content-length': '5' },
    });
    expect(await text(got.body!)).toBe('01234');
    const stream = await buckets.get(BUCKET, 's');
    expect([stream.headers['x-amz-meta-a'], await text(stream.body!)]).toEqual(['b', 'strings and bytes']);

    const range = await buckets.get(BUCKET, 'b', { range: 'bytes=1-2' });
    expect([range.status, range.headers['content-range'], await text(range.body!)]).toEqual([206, 'bytes 1-2/5', '12']);
    const { etag, 'last-modified': modified } = got.headers as { etag: string; 'last-modified': string };
    for (const conditions of [{ ifNoneMatch: etag }, { ifModifiedSince: modified }])
      expect(await buckets.get(BUCKET, 'b', conditions)).toMatchObject({ status: 304, headers: { etag } });
    const head = await buckets.get(BUCKET, 'b', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '5', undefined]);
    for (const [key, range, status, code] of [
      ['none', undefined, 404, 'NoSuchKey'],
      ['b', 'bytes=9-', 416, 'InvalidRange'],
    ] as const) {
      const refused = await buckets.get(BUCKET, key, range === undefined ? {} : { range });
      expect(refused.status).toBe(status);
      expect((await buffer(refused.body!)).toString()).toContain(`<Code>${code}</Code>`);
    }
    expect((await buckets.get('nowhere', 'b')).status).toBe(404);
  });

  test('a source that fails stores nothing', async () => {
    const failing = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('the source failed');
      })(),
    );
    await expect(world.buckets.put(BUCKET, 'k', failing)).rejects.toThrow('the source failed');
    expect(await world.buckets.list(BUCKET)).toEqual([]);
    expect(await dataFiles()).toEqual([]);
  });
});
