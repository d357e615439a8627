import { ListObjectsCommand, ListObjectsV2Command, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

const store = async (keys: string[]) => {
  for (const key of keys) await world.buckets.put(BUCKET, key, Buffer.from(key));
};
const list = (more = {}) => world.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }));
const names = ({ Contents = [], CommonPrefixes = [] }: Awaited<ReturnType<typeof list>>) => [
  ...Contents.map(({ Key }) => Key),
  ...CommonPrefixes.map(({ Prefix }) => Prefix),
];

test('what lies under a prefix is listed, and what lies deeper is grouped', async () => {
  await store(['p/2', 'p/1', 'p/x/3', 'p/x/4', 'q']);
  const listed = await list({ Prefix: 'p/', Delimiter: '/' });
  expect(listed).toMatchObject({ KeyCount: 3, IsTruncated: false, Prefix: 'p/', Delimiter: '/', Name: BUCKET });
  expect(names(listed)).toEqual(['p/1', 'p/2', 'p/x/']);
  expect(listed.Contents?.[0]).toMatchObject({ Key: 'p/1', Size: 3, StorageClass: 'STANDARD' });
  expect(listed.Contents?.[0]?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
  expect(listed.Contents?.[0]?.LastModified).toBeInstanceOf(Date);
});

test('pages go on where the last one ended, after a group too', async () => {
  await store(['page/a', 'page/b/1', 'page/b/2', 'page/c', 'page/d/1']);
  for (const MaxKeys of [1, 2, 3, 4]) {
    const found: unknown[] = [];
    const pages = paginateListObjectsV2(
      { client: world.s3 },
      { Bucket: BUCKET, Prefix: 'page/', Delimiter: '/', MaxKeys },
    );
    for await (const page of pages) {
      expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
      found.push(...names(page));
    }
    expect(new Set(found)).toEqual(new Set(['page/a', 'page/b/', 'page/c', 'page/d/']));
    expect(found).toHaveLength(4);
  }
});

test('a page that is exactly full is the last one', async () => {
  await store(['full/1', 'full/2', 'full/3']);
  const first = await list({ Prefix: 'full/', MaxKeys: 2 });
  expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, MaxKeys: 2 });
  const second = await list({ Prefix: 'full/', MaxKeys: 1, ContinuationToken: first.NextContinuationToken });
  expect(second).toMatchObject({ IsTruncated: false });
  expect(second.NextContinuationToken).toBeUndefined();
  expect(names(second)).toEqual(['full/3']);
  expect(await list({ Prefix: 'full/', MaxKeys: 0 })).toMatchObject({ KeyCount: 0 });
});

test('a listing may start after a key that need not exist', async () => {
  await store(['s/a', 's/c', 's/e']);
  expect(names(await list({ Prefix: 's/', StartAfter: 's/a' }))).toEqual(['s/c', 's/e']);
  expect(names(await list({ Prefix: 's/', StartAfter: 's/b' }))).toEqual(['s/c', 's/e']);
  expect(names(await list({ Prefix: 's/', StartAfter: 'zzz' }))).toEqual([]);
  expect(names(await list({ Prefix: 's/', StartAfter: 'a' }))).toEqual(['s/a', 's/c', 's/e']);
});

test('keys are in the order of their UTF-8 bytes', async () => {
  const keys = ['o/Z', 'o/a', 'o/é', 'o/\uFF5E', 'o/😀'];
  await store(keys.toReversed());
  expect(names(await list({ Prefix: 'o/' }))).toEqual(keys);
  expect(await world.buckets.list(BUCKET, 'o/')).toEqual(keys);
});

test('keys that XML cannot carry can be had encoded', async () => {
  await store(['enc/ü b+\u0001']);
  const encoded = await list({ Prefix: 'enc/', EncodingType: 'url' });
  expect(encoded.EncodingType).toBe('url');
  expect(names(encoded)).toEqual(['enc/%C3%BC+b%2B%01']);
});

test('the first version of listing works by markers', async () => {
  await store(['v1/a', 'v1/b/1', 'v1/b/2', 'v1/c']);
  const v1 = (more = {}) => world.s3.send(new ListObjectsCommand({ Bucket: BUCKET, Prefix: 'v1/', ...more }));
  const first = await v1({ Delimiter: '/', MaxKeys: 2 });
  expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'v1/b/' });
  const second = await v1({ Delimiter: '/', Marker: first.NextMarker });
  expect(second.Contents?.map(({ Key }) => Key)).toEqual(['v1/c']);
  expect(second.CommonPrefixes).toBeUndefined();
});

test('a wrong token or size is refused, and a bucket that is not there has no listing', async () => {
  expect(await refusal(list({ ContinuationToken: 'nonsense' }))).toMatchObject({ name: 'InvalidArgument' });
  expect(await refusal(list({ MaxKeys: -1 }))).toMatchObject({ name: 'InvalidArgument' });
  expect(await refusal(list({ EncodingType: 'rot13' }))).toMatchObject({ name: 'InvalidArgument' });
  expect(await refusal(list({ Bucket: 'nowhere' }))).toMatchObject({ name: 'NoSuchBucket', status: 404 });
});
