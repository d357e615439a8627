import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

const at = (Key: string) => ({ Bucket: BUCKET, Key });
const put = (Key: string, Body: string, more = {}) =>
  world.s3.send(new PutObjectCommand({ ...at(Key), Body: Buffer.from(Body), ...more }));
const get = (Key: string, more = {}) => world.s3.send(new GetObjectCommand({ ...at(Key), ...more }));
const textOf = async (Key: string, more = {}) => (await get(Key, more)).Body!.transformToString();

describe('an object', () => {
  test('comes back with its body, type, metadata and headers', async () => {
    const stored = await put('a/ü b.txt', 'hellö', {
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="x.txt"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      Metadata: { one: '1', two: 'two  words' },
    });
    const got = await get('a/ü b.txt');
    expect(got).toMatchObject({
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment; filename="x.txt"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      Metadata: { one: '1', two: 'two  words' },
      ContentLength: 6,
      ETag: stored.ETag,
      AcceptRanges: 'bytes',
    });
    expect(stored.ETag).toBe(`"${createHash('md5').update('hellö').digest('hex')}"`);
    expect(await got.Body!.transformToString()).toBe('hellö');
  });

  test('that was streamed is stored without the framing it came in', async () => {
    const Body = Readable.from([Buffer.alloc(150_000, 'a'), Buffer.alloc(150_000, 'b')]);
    await world.s3.send(
      new PutObjectCommand({ ...at('streamed'), Body, ContentLength: 300_000, ContentEncoding: 'gzip' }),
    );
    const got = await get('streamed');
    expect(got.ContentLength).toBe(300_000);
    expect(got.ContentEncoding).toBe('gzip');
    expect((await got.Body!.transformToString()) === 'a'.repeat(150_000) + 'b'.repeat(150_000)).toBe(true);
  });

  test('may be empty, have a hostile name, or be a "directory" beside its children', async () => {
    for (const key of ['empty', '../../escape', 'dir/', 'dir/child', '//', 'a\nb\u0001&<>"', '😀', 'é'.repeat(512)]) {
      await put(key, '');
      expect((await world.s3.send(new HeadObjectCommand(at(key)))).ContentLength).toBe(0);
      expect(await textOf(key)).toBe('');
    }
    expect(await refusal(put('é'.repeat(512) + 'x', ''))).toMatchObject({ name: 'KeyTooLongError', status: 400 });
  });

  test('is replaced whole, and gone when deleted', async () => {
    await put('k', 'first', { ContentType: 'text/plain', Tagging: 'a=1' });
    await put('k', 'second');
    expect(await get('k')).toMatchObject({ ContentType: 'application/octet-stream', ContentLength: 6 });
    await world.s3.send(new DeleteObjectCommand(at('k')));
    await world.s3.send(new DeleteObjectCommand(at('k')));
    expect(await refusal(get('k'))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await refusal(world.s3.send(new HeadObjectCommand(at('k'))))).toMatchObject({ name: 'NotFound' });
  });

  test('is read to its end by who began before it was replaced or deleted', async () => {
    const size = 8 * 1024 * 1024;
    await put('read', 'x'.repeat(size));
    const [first, second] = [await get('read'), await get('read')];
    await put('read', 'y');
    await world.s3.send(new DeleteObjectCommand(at('read')));
    for (const { Body } of [first, second]) expect(await Body!.transformToString()).toBe('x'.repeat(size));
  });

  test('has tags, which can be replaced and removed', async () => {
    await put('tagged', '', { Tagging: 'from=header&x=%26' });
    const tags = async () => (await world.s3.send(new GetObjectTaggingCommand(at('tagged')))).TagSet;
    expect(await tags()).toEqual([
      { Key: 'from', Value: 'header' },
      { Key: 'x', Value: '&' },
    ]);
    expect((await get('tagged')).TagCount).toBe(2);
    const TagSet = [{ Key: 'a b', Value: '<ü>' }];
    await world.s3.send(new PutObjectTaggingCommand({ ...at('tagged'), Tagging: { TagSet } }));
    expect(await tags()).toEqual(TagSet);
    await world.s3.send(new DeleteObjectTaggingCommand(at('tagged')));
    expect(await tags()).toEqual([]);
    const twice = [TagSet[0]!, TagSet[0]!];
    const call = world.s3.send(new PutObjectTaggingCommand({ ...at('tagged'), Tagging: { TagSet: twice } }));
    expect(await refusal(call)).toMatchObject({ name: 'InvalidTag' });
  });
});

describe('a range', () => {
  beforeAll(() => put('five', '01234'));

  test.each([
    ['bytes=1-3', '123', 'bytes 1-3/5'],
    ['bytes=-2', '34', 'bytes 3-4/5'],
    ['bytes=3-', '34', 'bytes 3-4/5'],
    ['bytes=3-99', '34', 'bytes 3-4/5'],
    ['bytes=-99', '01234', 'bytes 0-4/5'],
  ])('%s', async (Range, body, ContentRange) => {
    const got = await get('five', { Range });
    expect(got.$metadata.httpStatusCode).toBe(206);
    expect(got.ContentRange).toBe(ContentRange);
    expect(await got.Body!.transformToString()).toBe(body);
  });

  test.each(['bytes=10-20', 'bytes=5-', 'bytes=-0'])('%s of five bytes cannot be had', async (Range) => {
    expect(await refusal(get('five', { Range }))).toMatchObject({ name: 'InvalidRange', status: 416 });
  });

  test.each(['bytes=3-1', 'lines=1-2', 'bytes=0-1,3-4'])('%s means nothing: all is sent', async (Range) => {
    const got = await get('five', { Range });
    expect(got.$metadata.httpStatusCode).toBe(200);
    expect(await got.Body!.transformToString()).toBe('01234');
  });
});

describe('a condition', () => {
  const past = new Date('2020-01-01');
  const future = new Date('2040-01-01');
  let etag: string;
  beforeAll(async () => {
    etag = (await put('conditional', 'x')).ETag!;
  });

  test('on a read that does not hold answers 304 or 412', async () => {
    const cases = [
      [{ IfNoneMatch: etag }, 304],
      [{ IfNoneMatch: '*' }, 304],
      [{ IfNoneMatch: '"other"', IfModifiedSince: future }, 200],
      [{ IfModifiedSince: future }, 304],
      [{ IfModifiedSince: past }, 200],
      [{ IfMatch: etag, IfUnmodifiedSince: past }, 200],
      [{ IfMatch: '"other"' }, 412],
      [{ IfUnmodifiedSince: past }, 412],
      [{ IfUnmodifiedSince: future }, 200],
    ] as const;
    for (const [conditions, status] of cases) {
      const call = get('conditional', conditions);
      if (status === 200) await (await call).Body!.transformToString();
      else expect([conditions, (await refusal(call)).status]).toEqual([conditions, status]);
    }
  });

  test('on a write that does not hold leaves the object as it is', async () => {
    for (const conditions of [{ IfNoneMatch: '*' }, { IfMatch: '"other"' }])
      expect(await refusal(put('conditional', 'y', conditions))).toMatchObject({
        name: 'PreconditionFailed',
        status: 412,
      });
    expect(await refusal(put('missing', 'y', { IfMatch: etag }))).toMatchObject({ name: 'NoSuchKey', status: 404 });
    expect(await textOf('conditional')).toBe('x');
    await put('conditional', 'x', { IfMatch: etag });
    await put('fresh', 'x', { IfNoneMatch: '*' });
  });

  test('lets exactly one of ten writers create the object', async () => {
    const writers = Array.from({ length: 10 }, (_, index) => put('raced', `${index}`, { IfNoneMatch: '*' }));
    const results = await Promise.allSettled(writers);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await textOf('raced')).toBe(`${results.findIndex(({ status }) => status === 'fulfilled')}`);
  });
});

describe('a copy', () => {
  const copy = (more = {}) =>
    world.s3.send(new CopyObjectCommand({ ...at('copy'), CopySource: `/${BUCKET}/src%20%C3%BC`, ...more }));
  beforeAll(() => put('src ü', 'source', { ContentType: 'a/b', Metadata: { m: '1' }, Tagging: 't=1' }));

  test('has the source’s bytes and description, or those it is given', async () => {
    const copied = await copy();
    expect(copied.CopyObjectResult?.ETag).toBe((await get('src ü')).ETag);
    expect(await get('copy')).toMatchObject({ ContentType: 'a/b', Metadata: { m: '1' }, TagCount: 1 });
    await copy({ MetadataDirective: 'REPLACE', ContentType: 'c/d', TaggingDirective: 'REPLACE' });
    const replaced = await get('copy');
    expect(replaced).toMatchObject({ ContentType: 'c/d', Metadata: {} });
    expect(replaced.TagCount).toBeUndefined();
    expect(await replaced.Body!.transformToString()).toBe('source');
  });

  test('is refused when its source is missing, itself, or not as wanted', async () => {
    expect(await refusal(copy({ CopySource: `${BUCKET}/none` }))).toMatchObject({ name: 'NoSuchKey' });
    expect(await refusal(copy({ CopySource: `none/none` }))).toMatchObject({ name: 'NoSuchBucket' });
    expect(await refusal(copy({ Key: 'src ü' }))).toMatchObject({ name: 'InvalidRequest' });
    expect(await refusal(copy({ CopySourceIfMatch: '"other"' }))).toMatchObject({ status: 412 });
  });
});

test('a thousand objects are deleted at once, those that are not there too', async () => {
  await Promise.all(['d/1', 'd/2 ü&<'].map((key) => put(key, '')));
  const Objects = ['d/1', 'd/2 ü&<', 'd/none'].map((Key) => ({ Key }));
  const { Deleted } = await world.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects } }));
  expect(Deleted).toEqual(Objects);
  expect(await world.buckets.list(BUCKET, 'd/')).toEqual([]);
  const quiet = await world.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects, Quiet: true } }));
  expect(quiet.Deleted).toBeUndefined();
});

test('what this S3 does not know is refused by its name', async () => {
  const acl = await refusal(world.s3.send(new GetObjectAclCommand(at('five'))));
  expect(acl).toMatchObject({ name: 'NotImplemented', status: 501 });
  expect(acl.message).toContain('?acl');
  const storage = await refusal(put('x', '', { StorageClass: 'GLACIER' }));
  expect(storage).toMatchObject({ name: 'NotImplemented' });
  expect(storage.message).toContain('x-amz-storage-class: GLACIER');
  expect(await refusal(put('x', '', { ExpectedBucketOwner: '111111111111' }))).toMatchObject({ name: 'AccessDenied' });
  expect(await refusal(put('x', '', { Metadata: { big: 'x'.repeat(2049) } }))).toMatchObject({
    name: 'MetadataTooLarge',
  });
});
