import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ChecksumAlgorithm,
  type ChecksumType,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDigest } from './checksums.ts';
import { BUCKET, openS3World, refusal, type S3World } from './s3-world.ts';

let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

// Check values of "123456789": the CRC catalogue's and RFC 3174's.
const KNOWN = {
  CRC32: Buffer.from('cbf43926', 'hex'),
  CRC32C: Buffer.from('e3069283', 'hex'),
  CRC64NVME: Buffer.from('ae8b14860a799888', 'hex'),
  SHA1: Buffer.from('f7c3bc1d808e04732adf679965ccc34ca7ae3441', 'hex'),
  SHA256: Buffer.from('15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225', 'hex'),
} as const;
const ALGORITHMS = Object.keys(KNOWN) as (keyof typeof KNOWN)[];

describe.each(ALGORITHMS)('%s', (algorithm) => {
  const at = { Bucket: BUCKET, Key: `of ${algorithm}` };
  const name = `Checksum${algorithm}` as const;
  const value = KNOWN[algorithm].toString('base64');

  test('is right', () => {
    const digest = openDigest(algorithm);
    for (const piece of ['1234', '', '56789']) digest.update(Buffer.from(piece));
    expect(digest.digest()).toEqual(KNOWN[algorithm]);
  });

  test.each(['in a header', 'in a trailer'])('is checked %s, kept, and returned when asked for', async (where) => {
    const Body = where === 'in a header' ? '123456789' : Readable.from([Buffer.from('12345'), Buffer.from('6789')]);
    const stored = await world.s3.send(
      new PutObjectCommand({ ...at, Body, ContentLength: 9, ChecksumAlgorithm: algorithm }),
    );
    expect(stored[name]).toBe(value);
    const head = await world.s3.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(head[name]).toBe(value);
    expect(head.ChecksumType).toBe('FULL_OBJECT');
    const { Body: read } = await world.s3.send(new GetObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
    expect(await read!.transformToString()).toBe('123456789');
    expect((await world.s3.send(new HeadObjectCommand(at)))[name]).toBeUndefined();
  });

  test('that is wrong stores nothing', async () => {
    const call = world.s3.send(new PutObjectCommand({ ...at, Key: 'wrong', Body: '12345678X', [name]: value }));
    expect(await refusal(call)).toMatchObject({ name: 'BadDigest', status: 400 });
    expect(await world.buckets.list(BUCKET, 'wrong')).toEqual([]);
  });
});

describe('a multipart upload', () => {
  const bytes = [randomBytes(5 * 1024 * 1024), randomBytes(5 * 1024 * 1024 + 7), randomBytes(1000)];

  async function upload(algorithm: ChecksumAlgorithm, type?: ChecksumType) {
    const at = { Bucket: BUCKET, Key: `parts ${algorithm} ${type}` };
    const created = await world.s3.send(
      new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: algorithm, ...(type && { ChecksumType: type }) }),
    );
    const { UploadId } = created;
    const Parts = await Promise.all(
      bytes.map(async (Body, index) => {
        const PartNumber = index + 1;
        const part = { ...at, UploadId, PartNumber, Body, ChecksumAlgorithm: algorithm };
        const { $metadata: _, ...facts } = await world.s3.send(new UploadPartCommand(part));
        return { ...facts, PartNumber };
      }),
    );
    const complete = (more = {}, parts: CompletedPart[] = Parts) =>
      world.s3.send(
        new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts: parts }, ...more }),
      );
    return { at, created, UploadId, Parts, complete };
  }

  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    'of composite %s has the checksum of its parts’ checksums',
    async (algorithm) => {
      const { at, created, complete, Parts } = await upload(algorithm);
      expect(created.ChecksumType).toBe('COMPOSITE');
      const withoutChecksums = Parts.map(({ ETag, PartNumber }) => ({ ETag, PartNumber }));
      expect(await refusal(complete({}, withoutChecksums))).toMatchObject({ name: 'InvalidRequest' });
      const completed = await complete();
      const outer = openDigest(algorithm);
      for (const body of bytes) {
        const inner = openDigest(algorithm);
        inner.update(body);
        outer.update(inner.digest());
      }
      expect(completed[`Checksum${algorithm}`]).toBe(`${outer.digest().toString('base64')}-3`);
      const head = await world.s3.send(new HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${algorithm}`]).toBe(completed[`Checksum${algorithm}`]);
      expect(head.ChecksumType).toBe('COMPOSITE');
    },
  );

  test.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'of full-object %s has the checksum of all its bytes, made from those of its parts',
    async (algorithm) => {
      const { complete } = await upload(algorithm, 'FULL_OBJECT');
      const digest = openDigest(algorithm);
      for (const body of bytes) digest.update(body);
      const value = digest.digest().toString('base64');
      const wrong = await refusal(complete({ [`Checksum${algorithm}`]: KNOWN[algorithm].toString('base64') }));
      expect(wrong).toMatchObject({ name: 'BadDigest' });
      const completed = await complete({ [`Checksum${algorithm}`]: value });
      expect(completed[`Checksum${algorithm}`]).toBe(value);
    },
  );

  test('refuses a type its algorithm cannot have, and parts without its checksum', async () => {
    const create = (ChecksumAlgorithm: ChecksumAlgorithm, type: ChecksumType) =>
      world.s3.send(
        new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: 'k', ChecksumAlgorithm, ChecksumType: type }),
      );
    expect(await refusal(create('SHA256', 'FULL_OBJECT'))).toMatchObject({ name: 'InvalidRequest' });
    expect(await refusal(create('CRC64NVME', 'COMPOSITE'))).toMatchObject({ name: 'InvalidRequest' });
    expect(await refusal(create('XXHASH64', 'FULL_OBJECT'))).toMatchObject({ name: 'NotImplemented' });
    const { UploadId } = await create('SHA256', 'COMPOSITE');
    const part = { Bucket: BUCKET, Key: 'k', UploadId, PartNumber: 1, Body: 'x' };
    expect(await refusal(world.s3.send(new UploadPartCommand(part)))).toMatchObject({ name: 'InvalidRequest' });
  });

  test('rejects a part with a wrong checksum', async () => {
    const at = { Bucket: BUCKET, Key: 'k' };
    const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand(at));
    const part = { ...at, UploadId, PartNumber: 1, Body: 'x', ChecksumCRC32: KNOWN.CRC32.toString('base64') };
    expect(await refusal(world.s3.send(new UploadPartCommand(part)))).toMatchObject({ name: 'BadDigest' });
  });
});

test('Content-MD5 is checked', async () => {
  const put = (ContentMD5: string) =>
    world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'md5', Body: '123456789', ContentMD5 }));
  await put('JfnnlDI7RTiF9RgfG2JNCw==');
  expect(await refusal(put('AAAAAAAAAAAAAAAAAAAAAA=='))).toMatchObject({ name: 'BadDigest' });
  expect(await refusal(put('AAAA'))).toMatchObject({ name: 'InvalidDigest' });
});
