import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

const MIB = 1024 * 1024;
let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

async function begin(Key: string, more = {}) {
  const at = { Bucket: BUCKET, Key };
  const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand({ ...at, ...more }));
  const upload = { ...at, UploadId };
  return {
    at,
    upload,
    part: async (PartNumber: number, Body: Buffer | string, more = {}): Promise<CompletedPart> => {
      const { ETag } = await world.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ...more }));
      return { PartNumber, ETag };
    },
    complete: (Parts: CompletedPart[], more = {}) =>
      world.s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more })),
    list: (more = {}) => world.s3.send(new ListPartsCommand({ ...upload, ...more })),
    abort: () => world.s3.send(new AbortMultipartUploadCommand(upload)),
  };
}

const [big, big2, small] = [randomBytes(5 * MIB), randomBytes(5 * MIB), randomBytes(1000)];

test('three parts become one object with the type and metadata of its beginning', async () => {
  const { at, part, list, complete } = await begin('three', { ContentType: 'video/mp4', Metadata: { a: 'b' } });
  const parts = [await part(3, small), await part(1, big), await part(2, big2)].sort(
    (a, b) => a.PartNumber! - b.PartNumber!,
  );
  const listed = await list();
  expect(listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual(
    [big, big2, small].map(({ length }, index) => [index + 1, length, parts[index]!.ETag]),
  );
  const completed = await complete(parts);
  expect(completed.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
  expect(await world.s3.send(new HeadObjectCommand(at))).toMatchObject({
    ContentLength: 10 * MIB + 1000,
    ContentType: 'video/mp4',
    Metadata: { a: 'b' },
    ETag: completed.ETag,
  });
  const whole = Buffer.concat([big, big2, small]);
  const read = async (more = {}) =>
    Buffer.from(await (await world.s3.send(new GetObjectCommand({ ...at, ...more }))).Body!.transformToByteArray());
  expect(whole.equals(await read())).toBe(true);
  const border = 5 * MIB;
  const Range = `bytes=${border - 10}-${2 * border + 9}`;
  expect(whole.subarray(border - 10, 2 * border + 10).equals(await read({ Range }))).toBe(true);
  expect(big2.equals(await read({ PartNumber: 2 }))).toBe(true);
  const second = await world.s3.send(new HeadObjectCommand({ ...at, PartNumber: 2 }));
  expect(second).toMatchObject({ PartsCount: 3, ContentLength: 5 * MIB });
  const fourth = await refusal(world.s3.send(new GetObjectCommand({ ...at, PartNumber: 4 })));
  expect(fourth).toMatchObject({ name: 'InvalidPartNumber', status: 416 });
});

test('one part alone may be small; a part sent again replaces the first', async () => {
  const { part, list, complete } = await begin('one');
  await part(7, 'first');
  const again = await part(7, 'second');
  expect((await list()).Parts).toHaveLength(1);
  expect((await complete([again])).ETag).toMatch(/-1"$/);
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'one' }));
  expect(await Body!.transformToString()).toBe('second');
});

test('an upload that was completed or aborted is no more', async () => {
  for (const end of ['complete', 'abort'] as const) {
    const one = await begin(end);
    const part = await one.part(1, 'x');
    await (end === 'abort' ? one.abort() : one.complete([part]));
    for (const call of [() => one.part(2, 'y'), one.list, () => one.complete([part]), one.abort])
      expect(await refusal(call())).toMatchObject({ name: 'NoSuchUpload', status: 404 });
  }
  expect(await world.buckets.list(BUCKET, 'abort')).toEqual([]);
});

test('an upload cannot be reached under another key', async () => {
  const { upload } = await begin('mine');
  const call = world.s3.send(new UploadPartCommand({ ...upload, Key: 'other', PartNumber: 1, Body: 'x' }));
  expect(await refusal(call)).toMatchObject({ name: 'NoSuchUpload' });
});

test('completing with parts that are too small, missing, changed or out of order is refused, and can be repaired', async () => {
  const { part, complete, upload } = await begin('wrong');
  const [first, second] = [await part(1, 'a'), await part(2, 'b')];
  expect(await refusal(complete([first, second]))).toMatchObject({ name: 'EntityTooSmall', status: 400 });
  expect(await refusal(complete([second, first]))).toMatchObject({ name: 'InvalidPartOrder' });
  expect(await refusal(complete([first, first]))).toMatchObject({ name: 'InvalidPartOrder' });
  expect(await refusal(complete([{ PartNumber: 3, ETag: 'x' }]))).toMatchObject({ name: 'InvalidPart' });
  expect(await refusal(complete([{ ...first, ETag: second.ETag }]))).toMatchObject({ name: 'InvalidPart' });
  expect(await refusal(complete([]))).toMatchObject({ name: 'MalformedXML' });
  expect(await refusal(complete([first], { MpuObjectSize: 7 }))).toMatchObject({ name: 'InvalidRequest' });
  for (const PartNumber of [0, 10_001])
    expect(await refusal(world.s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'x' })))).toMatchObject({
      name: 'InvalidArgument',
    });
  await complete([second], { MpuObjectSize: 1 });
  expect(await world.buckets.list(BUCKET, 'wrong')).toEqual(['wrong']);
});

test('completing keeps to its condition, and leaves the upload open when it does not hold', async () => {
  await world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'there', Body: 'old' }));
  const { part, complete } = await begin('there');
  const parts = [await part(1, 'new')];
  expect(await refusal(complete(parts, { IfNoneMatch: '*' }))).toMatchObject({ name: 'PreconditionFailed' });
  await complete(parts);
});

test('parts are listed page by page', async () => {
  const { part, list } = await begin('paged');
  for (const number of [1, 2, 5, 9]) await part(number, 'x');
  const first = await list({ MaxParts: 3 });
  expect(first).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '5', MaxParts: 3 });
  expect(first.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([1, 2, 5]);
  const second = await list({ MaxParts: 3, PartNumberMarker: first.NextPartNumberMarker });
  expect(second).toMatchObject({ IsTruncated: false });
  expect(second.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([9]);
});

test('open uploads are listed page by page, by key and then by age', async () => {
  const ids: string[] = [];
  for (const key of ['list/b', 'list/a', 'list/a', 'list/ü']) ids.push((await begin(key)).upload.UploadId!);
  const [b, a1, a2, umlaut] = ids;
  const list = (more = {}) =>
    world.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: 'list/', ...more }));
  const first = await list({ MaxUploads: 1 });
  expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'list/a', NextUploadIdMarker: a1 });
  const rest = await list({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
  expect(rest.Uploads?.map(({ UploadId }) => UploadId)).toEqual([a2, b, umlaut]);
  const encoded = await list({ KeyMarker: 'list/a', EncodingType: 'url' });
  expect(encoded.Uploads?.map(({ Key }) => Key)).toEqual(['list/b', 'list/%C3%BC']);
});

test('a part may be copied from an object, whole or a range of it', async () => {
  await world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: big }));
  const { upload, complete } = await begin('copied');
  const copy = (PartNumber: number, more = {}) =>
    world.s3.send(new UploadPartCopyCommand({ ...upload, PartNumber, CopySource: `${BUCKET}/source`, ...more }));
  const whole = await copy(1);
  const range = await copy(2, { CopySourceRange: 'bytes=10-19' });
  await complete([
    { PartNumber: 1, ETag: whole.CopyPartResult?.ETag },
    { PartNumber: 2, ETag: range.CopyPartResult?.ETag },
  ]);
  const { Body } = await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'copied' }));
  const expected = Buffer.concat([big, big.subarray(10, 20)]);
  expect(expected.equals(await Body!.transformToByteArray())).toBe(true);
  for (const CopySourceRange of [`bytes=0-${big.length}`, 'bytes=5-', 'bytes=2-1'])
    expect(await refusal(copy(3, { CopySourceRange }))).not.toMatchObject({ status: 200 });
});
