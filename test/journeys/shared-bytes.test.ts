import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaBucket } from '../../src/aws/bucket.ts';
import { client } from '../support/client.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const MB = 1024 * 1024;
const remove = async (id: string) => (await fetch(`${stack.appUrl}/downloads/${id}`, { method: 'DELETE' })).status;

/** What is stored; on a deployment nobody but its owner may look. */
async function storedKeys(): Promise<string[]> {
  if (stack.local === null) return [];
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const s3 = new S3Client({ endpoint: stack.local.awsUrl, region: 'us-east-1', credentials, forcePathStyle: true });
  return mediaBucket(s3, String(stack.local.outputs['MediaBucket'])).listKeys('');
}

test('the same asked for twice is fetched once, given out twice, and gone when both are deleted', async () => {
  const app = client(stack.appUrl);
  const before = await storedKeys();
  const size = 9 * MB;
  const url = origin.clip(`size=${size}&seed=31`);
  const first = await app.ended((await app.request(url)).id);
  expect(first).toMatchObject({ status: 'completed', shared: false });

  origin.requests.length = 0;
  const second = await app.ended((await app.request(url)).id);
  expect(second).toMatchObject({ status: 'completed', shared: true, progress: 100, file_size: size });
  expect(origin.requests.map(({ headers }) => headers.range)).toEqual(['bytes=0-0']);

  const whole = { status: 200, bytes: size, sha256: contentSha256(size, 31) };
  expect(await app.file(first.id)).toMatchObject(whole);
  expect(await app.file(second.id)).toMatchObject(whole);
  expect(await remove(first.id)).toBe(204);
  expect(await app.file(second.id)).toMatchObject(whole);
  expect(await remove(second.id)).toBe(204);
  expect(await storedKeys()).toEqual(before);
});
