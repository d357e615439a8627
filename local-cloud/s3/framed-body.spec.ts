import { createHash, createHmac } from 'node:crypto';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BUCKET, openS3World, type S3World } from './s3-world.ts';

let world: S3World;
beforeAll(async () => {
  world = await openS3World();
});
afterAll(() => world.stop());

const sha256 = (data: string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

/** An upload as other SDKs frame it, signed by hand: nothing here is shared with what is tested. */
function sign(payload: string, headers: Record<string, string> = {}) {
  const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const key = ['us-east-1', 's3', 'aws4_request'].reduce(hmac, hmac('AWS4test', date.slice(0, 8)));
  const all: Record<string, string> = {
    ...headers,
    host: new URL(world.url).host,
    'x-amz-content-sha256': payload,
    'x-amz-date': date,
  };
  const names = Object.keys(all).sort((a, b) => (a < b ? -1 : 1));
  const canonical = [
    'PUT',
    `/${BUCKET}/framed`,
    '',
    ...names.map((name) => `${name}:${all[name]}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  const signature = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex');
  let previous = signature;
  const chain = (...lines: string[]) => {
    const [algorithm, ...hashes] = lines;
    previous = hmac(key, [algorithm, date, scope, previous, ...hashes].join('\n')).toString('hex');
    return previous;
  };
  return {
    headers: {
      ...all,
      authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    chunk: (data: string) =>
      `${data.length.toString(16)};chunk-signature=${chain('AWS4-HMAC-SHA256-PAYLOAD', sha256(''), sha256(data))}\r\n${data}\r\n`,
    last: () => `0;chunk-signature=${chain('AWS4-HMAC-SHA256-PAYLOAD', sha256(''), sha256(''))}\r\n`,
    trailer: (line: string) =>
      `${line}\r\nx-amz-trailer-signature:${chain('AWS4-HMAC-SHA256-TRAILER', sha256(`${line}\n`))}\r\n\r\n`,
  };
}

/** Sends the body in pieces of a few bytes: a frame may be cut anywhere. */
async function send(headers: Record<string, string>, body: string, piece = 7): Promise<[number, string]> {
  const sending = request(`${world.url}/${BUCKET}/framed`, { method: 'PUT', headers });
  const answer = new Promise<[number, string]>((resolve, reject) => {
    sending.on('error', reject);
    sending.on('response', (response) => {
      void text(response).then((body) => resolve([response.statusCode!, /<Code>(\w+)/.exec(body)?.[1] ?? '']), reject);
    });
  });
  for (let at = 0; at < body.length; at += piece) sending.write(body.slice(at, at + piece));
  sending.end();
  return answer;
}

const stored = async () =>
  (await world.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'framed' }))).Body!.transformToString();

test('signed chunks are stored when each signature holds', async () => {
  const framed = sign('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', { 'x-amz-decoded-content-length': '10' });
  const body = `${framed.chunk('hello')}${framed.chunk('world')}${framed.last()}\r\n`;
  expect(await send(framed.headers, body)).toEqual([200, '']);
  expect(await stored()).toBe('helloworld');
  expect(await send(framed.headers, body.replace('world', 'w0rld'))).toEqual([403, 'SignatureDoesNotMatch']);
  expect(await stored()).toBe('helloworld');
});

test('a signed trailer carries the checksum', async () => {
  const headers = { 'x-amz-decoded-content-length': '9', 'x-amz-trailer': 'x-amz-checksum-crc32' };
  const crc = `x-amz-checksum-crc32:${Buffer.from('cbf43926', 'hex').toString('base64')}`;
  const signed = (trailer: string) => {
    const framed = sign('STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', headers);
    return { headers: framed.headers, body: framed.chunk('123456789') + framed.last() + framed.trailer(trailer) };
  };
  const good = signed(crc);
  expect(await send(good.headers, good.body)).toEqual([200, '']);
  expect(await send(good.headers, good.body.replace('crc32:y', 'crc32:z'))).toEqual([403, 'SignatureDoesNotMatch']);
  const wrong = signed('x-amz-checksum-crc32:AAAAAA==');
  expect(await send(wrong.headers, wrong.body)).toEqual([400, 'BadDigest']);
});

test.each([
  ['whose length is not as announced', '4\r\nabcd\r\n0\r\n\r\n', 'IncompleteBody'],
  ['that breaks off', '5\r\nabc', 'IncompleteBody'],
  ['without its last chunk', '5\r\nabcde\r\n', 'IncompleteBody'],
  ['that is not framed', 'abcde', 'IncompleteBody'],
  ['whose size is no number', 'zz\r\nabcde\r\n', 'InvalidRequest'],
  ['whose chunk is longer than its size', '5\r\nabcdefg\r\n0\r\n\r\n', 'InvalidRequest'],
  ['whose line never ends', 'f'.repeat(40_000), 'InvalidRequest'],
])('a body %s is refused', async (_what, body, code) => {
  const { headers } = sign('STREAMING-UNSIGNED-PAYLOAD-TRAILER', { 'x-amz-decoded-content-length': '5' });
  expect(await send(headers, body, 1000)).toEqual([400, code]);
});

test('an announced trailer must come', async () => {
  const headers = { 'x-amz-decoded-content-length': '5', 'x-amz-trailer': 'x-amz-checksum-crc32' };
  const framed = sign('STREAMING-UNSIGNED-PAYLOAD-TRAILER', headers);
  expect(await send(framed.headers, '5\r\nabcde\r\n0\r\n\r\n')).toEqual([400, 'BadDigest']);
});

test('a body that is not the one whose hash was signed is refused', async () => {
  const { headers } = sign(sha256('hello'), { 'content-length': '5' });
  expect(await send(headers, 'hell0')).toEqual([400, 'XAmzContentSHA256Mismatch']);
  expect(await send(headers, 'hello')).toEqual([200, '']);
});

test('a way of signing that is not known is refused by its name', async () => {
  const headers = { 'x-amz-decoded-content-length': '5' };
  expect(await send(sign('STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD', headers).headers, '')).toEqual([
    501,
    'NotImplemented',
  ]);
  expect(await send(sign('nonsense', { 'content-length': '0' }).headers, '')).toEqual([400, 'InvalidArgument']);
});

test('a body above 5 GB is refused before it is read', async () => {
  const tooLarge = sign('UNSIGNED-PAYLOAD', { 'content-length': String(5 * 1024 ** 3 + 1) });
  const sending = request(`${world.url}/${BUCKET}/framed`, { method: 'PUT', headers: tooLarge.headers });
  sending.on('error', () => undefined);
  const status = await new Promise((resolve) => {
    sending.on('response', (response) => resolve(response.statusCode));
    sending.flushHeaders();
  });
  sending.destroy();
  expect(status).toBe(400);
});
