import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { createPresignedPost, type PresignedPostOptions } from '@aws-sdk/s3-presigned-post';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, openS3World, type S3World } from './s3-world.ts';

let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

type Options = Omit<PresignedPostOptions, 'Bucket' | 'Key'> & { Key?: string };
const sign = ({ Key = 'post/${filename}', ...options }: Options = {}) =>
  createPresignedPost(world.s3, { Bucket: BUCKET, Key, ...options });

async function post(
  { url, fields }: Awaited<ReturnType<typeof sign>>,
  body: string | Buffer = 'file',
  filename = 'f.txt',
): Promise<{ status: number; headers: Headers; text: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(Buffer.from(body))]), filename);
  const response = await fetch(url, { method: 'POST', body: form, redirect: 'manual' });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test('stores the file under its name, described by the fields', async () => {
  const answer = await post(
    await sign({
      Conditions: [['content-length-range', 1, 1000]],
      Fields: { 'Content-Type': 'text/csv', 'x-amz-meta-a': 'b', 'Cache-Control': 'no-cache' },
    }),
    'héllo',
    'ü.txt',
  );
  expect(answer.status).toBe(204);
  const got = await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'post/ü.txt' }));
  expect(got).toMatchObject({ ContentType: 'text/csv', Metadata: { a: 'b' }, CacheControl: 'no-cache' });
  expect(got.ETag).toBe(answer.headers.get('etag'));
  expect(await got.Body!.transformToString()).toBe('héllo');
});

test('takes a file of many megabytes as it comes', async () => {
  const body = Buffer.alloc(20 * 1024 * 1024, 'x');
  expect(await post(await sign({ Key: 'large' }), body)).toMatchObject({ status: 204 });
  const head = await world.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'large' }));
  expect(head.ContentLength).toBe(body.length);
});

test('answers as the form asks: 200, 201 with a document, or a redirect', async () => {
  const status = async (Fields: Record<string, string>) => post(await sign({ Key: 'k', Fields }));
  expect(await status({ success_action_status: '200' })).toMatchObject({ status: 200 });
  const created = await status({ success_action_status: '201' });
  expect(created.status).toBe(201);
  expect(created.text).toContain('<Bucket>bucket</Bucket><Key>k</Key>');
  const moved = await status({ success_action_redirect: 'http://localhost/done?x=1' });
  expect(moved.status).toBe(303);
  expect(moved.headers.get('location')).toMatch(/^http:\/\/localhost\/done\?x=1&bucket=bucket&key=k&etag=%22/);
});

test('refuses a file outside the range, however it is announced, and stores nothing', async () => {
  const signed = await sign({ Key: 'ranged', Conditions: [['content-length-range', 2, 10]] });
  const large = await post(signed, 'x'.repeat(100));
  expect([large.status, large.text]).toEqual([400, expect.stringContaining('EntityTooLarge')]);
  const huge = await post(signed, 'x'.repeat(5_000_000));
  expect([huge.status, huge.text]).toEqual([400, expect.stringContaining('EntityTooLarge')]);
  const small = await post(signed, 'x');
  expect([small.status, small.text]).toEqual([400, expect.stringContaining('EntityTooSmall')]);
  expect(await world.buckets.list(BUCKET, 'ranged')).toEqual([]);
});

test('refuses fields that the policy does not cover, and conditions the fields do not meet', async () => {
  const signed = await sign({
    Key: 'k',
    Fields: { 'Content-Type': 'text/csv' },
    Conditions: [['starts-with', '$x-amz-meta-name', 'a'], { 'x-amz-meta-kind': 'exact' }],
  });
  const fields = { ...signed.fields, 'x-amz-meta-name': 'abc', 'x-amz-meta-kind': 'exact' };
  expect(await post({ ...signed, fields })).toMatchObject({ status: 204 });
  const cases: [Record<string, string>, string][] = [
    [{ key: 'other' }, 'Policy Condition failed'],
    [{ 'Content-Type': 'text/html' }, 'Policy Condition failed'],
    [{ 'x-amz-meta-name': 'xyz' }, 'Policy Condition failed'],
    [{ 'x-amz-meta-kind': 'exactly' }, 'Policy Condition failed'],
    [{ 'x-amz-meta-extra': '1' }, 'Extra input fields: x-amz-meta-extra'],
    [{ success_action_status: '200' }, 'Extra input fields: success_action_status'],
    [{ Policy: Buffer.from('{}').toString('base64') }, 'SignatureDoesNotMatch'],
    [{ 'X-Amz-Signature': '00' }, 'SignatureDoesNotMatch'],
  ];
  for (const [change, message] of cases) {
    const answer = await post({ ...signed, fields: { ...fields, ...change } });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining(message)]);
  }
  const { 'x-amz-meta-kind': _, ...missing } = fields;
  expect((await post({ ...signed, fields: missing })).text).toContain('Policy Condition failed');
  expect((await post({ ...signed, fields: { key: 'k' } })).text).toContain('AccessDenied');
});

test('refuses an expired policy, and one for another bucket', async () => {
  const signed = await sign({ Key: 'k', Expires: 60 });
  await world.buckets.create('other-bucket');
  const elsewhere = await post({ ...signed, url: signed.url.replace(BUCKET, 'other-bucket') });
  expect([elsewhere.status, elsewhere.text]).toEqual([403, expect.stringContaining('$bucket')]);
  world.later(61_000);
  const expired = await post(signed);
  expect([expired.status, expired.text]).toEqual([403, expect.stringContaining('Policy expired')]);
});

test('refuses what is no such form', async () => {
  const url = `${world.url}/${BUCKET}`;
  const send = async (body: string, type = 'multipart/form-data; boundary=b') => {
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': type }, body });
    return [response.status, /<Code>(\w+)/.exec(await response.text())?.[1]];
  };
  expect(await send('', 'multipart/form-data')).toEqual([400, 'MalformedPOSTRequest']);
  expect(await send('nonsense')).toEqual([400, 'MalformedPOSTRequest']);
  const field = (name: string, value: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  expect(await send(`${field('key', 'k')}--b--`)).toEqual([400, 'InvalidArgument']);
  const tooMuch = field('key', 'x'.repeat(30_000));
  expect(await send(`${tooMuch}--b--`)).toEqual([400, 'MaxPostPreDataLengthExceeded']);
  const file = `--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\n${'x'.repeat(3_000_000)}\r\n--b--`;
  expect(await send(tooMuch + file)).toEqual([400, 'MaxPostPreDataLengthExceeded']);
  expect(await send(file.replace('"file"', '"other"'))).toEqual([400, 'InvalidArgument']);
});

test('a form that breaks off stores nothing and leaves nothing behind', async () => {
  const { fields } = await sign({ Key: 'broken' });
  const started = Object.entries(fields)
    .map(([name, value]) => `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join('');
  const files = () => readdir(join(world.dir, BUCKET, 'data'));
  const before = (await files()).length;
  const sending = request(`${world.url}/${BUCKET}`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=b', 'content-length': '1000000' },
  });
  sending.on('error', () => undefined);
  sending.write(`${started}--b\r\ncontent-disposition: form-data; name="file"; filename="f"\r\n\r\nhalf`);
  while ((await files()).length === before) await sleep(5);
  sending.destroy();
  while ((await files()).length > before) await sleep(5);
  expect(await world.buckets.list(BUCKET, 'broken')).toEqual([]);
});
