import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { SignatureRefused, verifySignature } from '../signature/verify-signature.ts';
import { corsHeaders, preflight } from './cors.ts';
import { refuseUnknownHeaders } from './object-headers.ts';
import { operationOf } from './operations.ts';
import { postForm } from './post-form.ts';
import { errorDocument, S3Error } from './s3-error.ts';
import type { S3, S3Response } from './s3-request.ts';

const MAX_KEY_BYTES = 1024;

type Address = { bucket: string; key: string; query: URLSearchParams };

/** Answers one request in path style, whatever happens to it; a fault of ours is a logged 500. */
export async function answerRequest(s3: S3, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const [path = '/'] = (message.url ?? '/').split('?');
  const headers: Record<string, string> = { server: 'AmazonS3', 'x-amz-request-id': requestId };
  let answer: S3Response;
  try {
    const address = parseAddress(message.url ?? '/');
    if (message.method !== 'OPTIONS')
      Object.assign(headers, corsHeaders(corsRules(s3, address.bucket), message.method ?? 'GET', message.headers));
    answer = await operate(s3, message, address);
  } catch (error) {
    // Who hung up during an upload hears nothing, and nothing of it was stored.
    if (message.destroyed && !message.complete) return void response.destroy();
    const refusal = asS3Error(error);
    if (refusal.status === 500) console.error('s3:', message.method, path, error);
    answer = { status: refusal.status, body: errorDocument(refusal, path, requestId) };
  }
  await send(message, response, { ...answer, headers: { ...headers, ...answer.headers } });
}

async function operate(s3: S3, message: IncomingMessage, address: Address): Promise<S3Response> {
  const method = message.method ?? 'GET';
  if (method === 'OPTIONS') return { status: 200, headers: preflight(corsRules(s3, address.bucket), message.headers) };
  if (method === 'POST' && address.key === '' && /^multipart\/form-data/i.test(message.headers['content-type'] ?? ''))
    return postForm(s3, address.bucket, message);
  const signature = verifySignature({ method, url: message.url ?? '/', headers: message.headers }, null, s3.now());
  if (signature.scope.service !== 's3')
    throw new S3Error('AuthorizationHeaderMalformed', 400, 'The authorization is not for the service s3.');
  const headers = signature.presigned ? withHoisted(message.headers, address.query) : message.headers;
  refuseUnknownHeaders(headers);
  const request = { ...address, method, headers, message, signature };
  return operationOf(request)(s3, request);
}

function parseAddress(url: string): Address {
  const [path = '/', ...query] = url.split('?');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decodePath(path)) ?? [];
  if (Buffer.byteLength(key) > MAX_KEY_BYTES)
    throw new S3Error('KeyTooLongError', 400, 'Your key is too long', {
      Size: String(Buffer.byteLength(key)),
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    });
  return { bucket, key, query: new URLSearchParams(query.join('?')) };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error('InvalidURI', 400, "Couldn't parse the specified URI.", { URI: path });
  }
}

function corsRules(s3: S3, bucket: string) {
  const found = s3.buckets().find(({ name }) => name === bucket);
  return found?.settings().cors ?? [];
}

/** A presigner moves headers into the query; they mean there what they mean as headers. */
function withHoisted(headers: IncomingHttpHeaders, query: URLSearchParams): IncomingHttpHeaders {
  const hoisted = [...query]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name.startsWith('x-amz-') && !SIGNATURE_PARAMETERS.has(name));
  return { ...Object.fromEntries(hoisted), ...headers };
}

const SIGNATURE_PARAMETERS = new Set(
  ['algorithm', 'credential', 'date', 'expires', 'signature', 'signedheaders'].map((name) => `x-amz-${name}`),
);

function asS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (error instanceof SignatureRefused) return new S3Error(error.code, error.status, error.message);
  return new S3Error('InternalError', 500, 'We encountered an internal error. Please try again.');
}

async function send(message: IncomingMessage, response: ServerResponse, answer: S3Response): Promise<void> {
  const { status, headers = {}, body } = answer;
  if (typeof body === 'object') {
    response.writeHead(status, headers);
    await pipeline(body, response).catch((error: unknown) => {
      // Who hangs up has heard enough; anything else must not look like a whole object.
      if (!message.socket.destroyed) console.error('s3: sending failed:', error);
      response.destroy();
    });
    return;
  }
  const hasBody = body !== undefined && message.method !== 'HEAD';
  response.writeHead(status, {
    ...(body === undefined || headers['content-type'] !== undefined ? {} : { 'content-type': 'application/xml' }),
    ...(hasBody ? { 'content-length': String(Buffer.byteLength(body)) } : {}),
    ...(body === undefined && status === 200 && message.method !== 'HEAD' ? { 'content-length': '0' } : {}),
    ...headers,
  });
  response.end(hasBody ? body : undefined);
  // A refused upload is read to its end and dropped: closing early would take our answer from the sender.
  message.resume();
}
