import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type SignedRequest, verifySignature } from './verify-signature.ts';

type Seen = SignedRequest & { payloadHash: string };

let server: Server;
let endpoint: string;
let seen: Seen | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    void remember(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  seen = undefined;
});

async function remember(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const payloadHash = createHash('sha256')
    .update(await buffer(request))
    .digest('hex');
  seen = { method: request.method!, url: request.url!, headers: request.headers, payloadHash };
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
}

const config = (secretAccessKey = 'test', accessKeyId = 'test', region = 'us-east-1') => ({
  endpoint,
  region,
  maxAttempts: 1,
  forcePathStyle: true,
  credentials: { accessKeyId, secretAccessKey },
});
const object = { Bucket: 'b', Key: "a/ü b+c (1)!'*.txt" };

async function fromS3(...settings: Parameters<typeof config>): Promise<Seen> {
  await new S3Client(config(...settings)).send(
    new PutObjectCommand({ ...object, Body: 'ü', Metadata: { note: 'zwei  Wörter' } }),
  );
  return seen!;
}

async function fromSqs(secret = 'test'): Promise<Seen> {
  await new SQSClient(config(secret))
    .send(new SendMessageCommand({ QueueUrl: `${endpoint}/000000000000/q`, MessageBody: 'hello' }))
    .catch(() => undefined);
  return seen!;
}

async function presigned(signingDate = new Date(), expiresIn = 60): Promise<Seen> {
  const command = new GetObjectCommand({ ...object, ResponseContentDisposition: 'attachment; filename="a b.txt"' });
  await fetch(await getSignedUrl(new S3Client(config()), command, { expiresIn, signingDate }));
  return seen!;
}

const checkS3 = (request: Seen, now = new Date()) => verifySignature(request, null, now);
const checkSqs = (request: Seen, now = new Date()) => verifySignature(request, request.payloadHash, now);
const refused = (code: string, status = 403) => expect.objectContaining({ name: 'SignatureRefused', code, status });
const later = (ms: number) => new Date(Date.now() + ms);

describe('a signed header', () => {
  test('of S3 holds, whatever characters the key and the headers have', async () => {
    expect(checkS3(await fromS3()).scope.service).toBe('s3');
  });

  test('of another service holds for the body it was made for', async () => {
    const request = await fromSqs();
    expect(checkSqs(request).scope.service).toBe('sqs');
    expect(() => checkSqs({ ...request, payloadHash: '0'.repeat(64) })).toThrow(refused('SignatureDoesNotMatch'));
  });

  test('of another service holds for a path with escaped characters, which that service encodes twice', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
    await new LambdaClient(config()).send(new InvokeCommand({ FunctionName: arn, Payload: '{}' }));
    expect(seen?.url).toContain('%3A');
    expect(verifySignature(seen!, seen!.payloadHash, new Date()).scope.service).toBe('lambda');
  });

  test.each([
    ['method', (seen: Seen) => ({ ...seen, method: 'DELETE' })],
    ['path', (seen: Seen) => ({ ...seen, url: seen.url.replace('/b/', '/c/') })],
    ['query', (seen: Seen) => ({ ...seen, url: `${seen.url}&acl=` })],
    ['host', (seen: Seen) => ({ ...seen, headers: { ...seen.headers, host: 'elsewhere' } })],
    ['metadata', (seen: Seen) => ({ ...seen, headers: { ...seen.headers, 'x-amz-meta-note': 'other' } })],
    ['body', (seen: Seen) => ({ ...seen, headers: { ...seen.headers, 'x-amz-content-sha256': 'other' } })],
  ])('does not cover another %s', async (_what, tamper) => {
    const request = await fromS3();
    expect(() => checkS3(tamper(request))).toThrow(refused('SignatureDoesNotMatch'));
  });

  test('must cover every x-amz- header', async () => {
    const request = await fromS3();
    const smuggled = { ...request, headers: { ...request.headers, 'x-amz-acl': 'public-read' } };
    expect(() => checkS3(smuggled)).toThrow(refused('AccessDenied'));
  });

  test('is refused when made with another secret, another key or for another region', async () => {
    const otherSecret = await fromS3('wrong');
    expect(() => checkS3(otherSecret)).toThrow(refused('SignatureDoesNotMatch'));
    const otherSecretOfSqs = await fromSqs('wrong');
    expect(() => checkSqs(otherSecretOfSqs)).toThrow(refused('SignatureDoesNotMatch'));
    const otherKey = await fromS3('test', 'AKIAOTHER');
    expect(() => checkS3(otherKey)).toThrow(refused('InvalidAccessKeyId'));
    const otherRegion = await fromS3('test', 'test', 'eu-west-1');
    expect(() => checkS3(otherRegion)).toThrow(refused('AuthorizationHeaderMalformed', 400));
  });

  test('is good for 15 minutes before and after', async () => {
    const [s3, sqs] = [await fromS3(), await fromSqs()];
    expect(() => checkS3(s3, later(14 * 60_000))).not.toThrow();
    expect(() => checkS3(s3, later(-14 * 60_000))).not.toThrow();
    expect(() => checkS3(s3, later(16 * 60_000))).toThrow(refused('RequestTimeTooSkewed'));
    expect(() => checkSqs(sqs, later(-16 * 60_000))).toThrow(refused('RequestTimeTooSkewed'));
  });

  test.each([
    '',
    'Bearer x',
    'AWS4-HMAC-SHA256',
    'AWS4-HMAC-SHA256 Credential=test/x, SignedHeaders=host, Signature=ü',
  ])('that is mal-formed is refused: %j', async (authorization) => {
    const request = await fromS3();
    expect(() => checkS3({ ...request, headers: { ...request.headers, authorization } })).toThrow(
      expect.objectContaining({ name: 'SignatureRefused' }),
    );
  });

  test('that is missing is refused in the words of the service', async () => {
    const bare: Seen = { method: 'GET', url: '/b/k', headers: { host: 'h' }, payloadHash: '' };
    expect(() => checkS3(bare)).toThrow(refused('AccessDenied'));
    expect(() => checkSqs(bare)).toThrow(refused('MissingAuthenticationToken'));
  });
});

describe('a presigned URL', () => {
  test('holds until it expires', async () => {
    const request = await presigned();
    expect(checkS3(request).presigned).toBe(true);
    expect(() => checkS3(request, later(58_000))).not.toThrow();
    expect(() => checkS3(request, later(62_000))).toThrow('Request has expired');
    expect(() => checkS3(request, later(62_000))).toThrow(refused('AccessDenied'));
  });

  test('does not cover another method, key, override or time', async () => {
    const request = await presigned();
    const tampered = [
      { ...request, method: 'PUT' },
      { ...request, url: request.url.replace('/b/', '/c/') },
      { ...request, url: request.url.replace('attachment', 'inline') },
      { ...request, url: request.url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000') },
      { ...request, url: request.url.replace(/X-Amz-Signature=..../, 'X-Amz-Signature=0000') },
    ];
    for (const one of tampered) expect(() => checkS3(one)).toThrow(refused('SignatureDoesNotMatch'));
  });

  test('with a parameter missing, repeated or out of range is refused', async () => {
    const { url, ...request } = await presigned();
    for (const wrong of [
      url.replace(/&X-Amz-Expires=60/, ''),
      `${url}&X-Amz-Signature=00`,
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=-1'),
    ])
      expect(() => checkS3({ ...request, url: wrong })).toThrow(refused('AuthorizationQueryParametersError', 400));
  });

  test('is refused together with an authorization header', async () => {
    const request = await presigned();
    const both = { ...request, headers: { ...request.headers, authorization: 'AWS4-HMAC-SHA256 x' } };
    expect(() => checkS3(both)).toThrow(refused('InvalidArgument', 400));
  });
});
