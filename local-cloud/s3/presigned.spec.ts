import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BUCKET, openS3World, type S3World } from './s3-world.ts';

let world: S3World;
let lean: S3Client;
beforeAll(async () => {
  world = await openS3World();
  lean = world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
  await world.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a ü', Body: 'body' }));
});
afterAll(() => world.stop());

const object = { Bucket: BUCKET, Key: 'a ü' };

describe('a presigned GET', () => {
  test('needs nothing else', async () => {
    const response = await fetch(await getSignedUrl(world.s3, new GetObjectCommand(object)));
    expect([response.status, await response.text()]).toEqual([200, 'body']);
  });

  test('may choose the headers of its answer', async () => {
    const url = await getSignedUrl(
      world.s3,
      new GetObjectCommand({
        ...object,
        ResponseContentDisposition: 'attachment; filename="x y.txt"',
        ResponseContentType: 'text/html',
        ResponseCacheControl: 'no-store',
      }),
    );
    const { headers } = await fetch(url);
    expect(headers.get('content-disposition')).toBe('attachment; filename="x y.txt"');
    expect(headers.get('content-type')).toBe('text/html');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('cannot choose a header that HTTP has no characters for', async () => {
    const command = new GetObjectCommand({ ...object, ResponseContentDisposition: 'attachment; filename="日.txt"' });
    expect((await fetch(await getSignedUrl(world.s3, command))).status).toBe(400);
  });

  test('that was altered, or is expired, is refused', async () => {
    const url = await getSignedUrl(world.s3, new GetObjectCommand(object));
    const altered = await fetch(url.replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000'));
    expect([altered.status, await altered.text()]).toEqual([403, expect.stringContaining('SignatureDoesNotMatch')]);
    const signingDate = new Date(Date.now() - 60_000);
    const expired = await fetch(
      await getSignedUrl(world.s3, new GetObjectCommand(object), { expiresIn: 1, signingDate }),
    );
    expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });
});

describe('a presigned PUT', () => {
  const command = new PutObjectCommand({ Bucket: BUCKET, Key: 'put', ContentType: 'text/x', Metadata: { a: 'b' } });
  const put = async (client: S3Client) =>
    fetch(await getSignedUrl(client, command), {
      method: 'PUT',
      headers: { 'content-type': 'text/x' },
      body: 'stored',
    });

  test('stores what is sent, with the metadata in its URL', async () => {
    const response = await put(lean);
    expect(response.status).toBe(200);
    const got = await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'put' }));
    expect(got).toMatchObject({ ContentType: 'text/x', Metadata: { a: 'b' } });
    expect(await got.Body!.transformToString()).toBe('stored');
  });

  test('may wait until it is told to go on', async () => {
    const sending = request(await getSignedUrl(lean, command), {
      method: 'PUT',
      headers: { 'content-length': '6', 'content-type': 'text/x', expect: '100-continue' },
    });
    sending.flushHeaders();
    await once(sending, 'continue');
    sending.end('waited');
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
  });

  test('made with the checksum of an empty body, as the SDK does by default, takes no other', async () => {
    const response = await put(world.s3);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('BadDigest')]);
  });

  test('refuses a header that nobody signed', async () => {
    const url = await getSignedUrl(lean, command);
    const response = await fetch(url, { method: 'PUT', headers: { 'x-amz-acl': 'private' }, body: 'x' });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('not signed')]);
  });

  test('needs to know the length beforehand', async () => {
    const init = { method: 'PUT', body: new Blob(['unknown']).stream(), duplex: 'half' } as RequestInit;
    expect((await fetch(await getSignedUrl(lean, command), init)).status).toBe(411);
  });
});

describe('a presigned UploadPart', () => {
  const begin = async (Key: string) => {
    const at = { Bucket: BUCKET, Key };
    const { UploadId } = await world.s3.send(new CreateMultipartUploadCommand(at));
    return { ...at, UploadId };
  };
  const upload = async (client: S3Client, target: Awaited<ReturnType<typeof begin>>) =>
    fetch(await getSignedUrl(client, new UploadPartCommand({ ...target, PartNumber: 1 })), {
      method: 'PUT',
      body: 'part',
    });

  test('gives an ETag to complete with', async () => {
    const target = await begin('parts');
    const response = await upload(lean, target);
    expect(response.status).toBe(200);
    const Parts = [{ PartNumber: 1, ETag: response.headers.get('etag')! }];
    await world.s3.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
    expect(await world.buckets.list(BUCKET, 'parts')).toEqual(['parts']);
  });

  test('made by the SDK’s default is refused for its checksum', async () => {
    expect((await upload(world.s3, await begin('defaults'))).status).toBe(400);
  });
});

test('a request that nobody signed is denied', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', `/${BUCKET}`],
    ['GET', `/${BUCKET}/put`],
    ['PUT', `/${BUCKET}/x`],
    ['DELETE', `/${BUCKET}/put`],
  ]) {
    const response = await fetch(`${world.url}${path}`, { method: method! });
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
  }
});
