import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { ACCOUNT_ID, CREDENTIALS, REGION } from '../aws-request.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { SignatureRefused, verifySignature } from '../signature/verify-signature.ts';
import { isPreflight, preflightHeaders, withCors, type CorsConfiguration } from './cors.ts';
import { httpEvent } from './http-event.ts';
import { functionHeaders, httpAnswer, type HttpAnswer } from './http-result.ts';
import { readBody, RequestAborted, signedUrl, splitTarget } from './received-request.ts';

type FunctionUrlOptions = {
  urlId: string;
  invoker: Invoker;
  functionName: string;
  authType: 'NONE' | 'AWS_IAM';
  invokeMode: 'BUFFERED' | 'RESPONSE_STREAM';
  cors?: CorsConfiguration;
  now?: () => Date;
  log?: (line: string) => void;
};

/** An `AWS::Lambda::Url`. */
export type FunctionUrl = {
  /** Answers one request; `trust` says that CloudFront called and signed as an origin access control does. */
  request(request: IncomingMessage, response: ServerResponse, trust?: 'signed-by-origin-access-control'): Promise<void>;
};

type StreamedAnswer = Omit<HttpAnswer, 'body'> & { body: Readable };

const PAYLOAD_BYTES = 6 * 1024 * 1024;

export function createFunctionUrl(options: FunctionUrlOptions): FunctionUrl {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? console.error;

  async function answer(request: IncomingMessage, requestId: string, trusted: boolean) {
    if (options.cors !== undefined && isPreflight(request)) {
      return { status: 200, headers: preflightHeaders(options.cors, request), cookies: [], body: Buffer.alloc(0) };
    }
    const body = await readBody(request, PAYLOAD_BYTES);
    if (body === null) return message(413, 'Request Entity Too Large');
    if (options.authType === 'AWS_IAM' && !authorized(request, body, trusted, now())) return message(403, 'Forbidden');
    const { path, query } = splitTarget(request.url ?? '/');
    const event = httpEvent(request, {
      accountId: options.authType === 'AWS_IAM' ? ACCOUNT_ID : 'anonymous',
      apiId: options.urlId,
      domainName: `${options.urlId}.lambda-url.${REGION}.on.aws`,
      stage: '$default',
      routeKey: '$default',
      requestId,
      rawPath: path,
      rawQueryString: query,
      pathParameters: {},
      body,
      ...(options.authType === 'AWS_IAM' && { authorizer: { iam: { ...CALLER } } }),
      now: now(),
    });
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > PAYLOAD_BYTES) return message(413, 'Request Entity Too Large');
    const result = await run(payload);
    return { ...result, headers: withCors(options.cors, request, result.headers) };
  }

  async function run(payload: string): Promise<HttpAnswer | StreamedAnswer> {
    try {
      if (options.invokeMode === 'RESPONSE_STREAM') return await stream(payload);
      const invocation = await options.invoker.invoke(options.functionName, payload);
      const failed = invocation.functionError !== undefined;
      return (failed ? null : httpAnswer(invocation.payload, 'application/json')) ?? failure(502);
    } catch (error) {
      log(`function URL of ${options.functionName}: ${String(error)}`);
      return error instanceof Error && error.name === 'TooManyRequests' ? message(429, 'Rate Exceeded.') : failure(502);
    }
  }

  async function stream(payload: string): Promise<HttpAnswer | StreamedAnswer> {
    const { metadata, body } = await options.invoker.invokeStreaming(options.functionName, payload);
    const cookies = metadata?.cookies ?? [];
    const headers = functionHeaders(metadata?.headers ?? {}, cookies);
    if (headers !== null) {
      const type = metadata === undefined ? 'application/octet-stream' : 'application/json';
      return { status: metadata?.statusCode ?? 200, headers: { 'content-type': type, ...headers }, cookies, body };
    }
    body.destroy();
    return failure(502);
  }

  return {
    async request(request, response, trust) {
      response.on('error', (error) => log(`answering ${request.url}: ${error.message}`));
      const requestId = randomUUID();
      try {
        const { body, ...head } = await answer(request, requestId, trust === 'signed-by-origin-access-control');
        const setCookie = head.cookies.length === 0 ? {} : { 'set-cookie': head.cookies };
        const length = Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {};
        response.writeHead(head.status, { ...head.headers, ...setCookie, ...length, 'x-amzn-requestid': requestId });
        if (!Buffer.isBuffer(body)) await send(body, response, log);
        else response.end(request.method === 'HEAD' ? undefined : body);
      } catch (error) {
        if (!(error instanceof RequestAborted)) throw error;
        response.destroy();
      }
    },
  };
}

async function send(body: Readable, response: ServerResponse, log: (line: string) => void): Promise<void> {
  body.once('error', (error) => {
    log(`the function died while streaming: ${error.message}`);
    response.destroy();
  });
  // A listener of an event stream must hear the headers before the first event.
  response.flushHeaders();
  body.pipe(response);
  if (!response.destroyed) await once(response, 'close');
  // AWS lets the function run to its end when the client has left, and bills it: who relies on being stopped sees it here.
  body.resume();
}

const CALLER = {
  accessKey: CREDENTIALS.accessKeyId,
  accountId: ACCOUNT_ID,
  callerId: ACCOUNT_ID,
  userArn: `arn:aws:iam::${ACCOUNT_ID}:root`,
  userId: ACCOUNT_ID,
} as const;

/** CloudFront signs without reading the body: its sender must have hashed it (`x-amz-content-sha256`), or AWS refuses. */
function authorized(request: IncomingMessage, body: Buffer, trusted: boolean, now: Date): boolean {
  const hash = createHash('sha256').update(body).digest('hex');
  if (trusted) return body.length === 0 || request.headers['x-amz-content-sha256'] === hash;
  try {
    const signed = { method: request.method ?? 'GET', url: signedUrl(request), headers: request.headers };
    return verifySignature(signed, hash, now).scope.service === 'lambda';
  } catch (error) {
    if (error instanceof SignatureRefused) return false;
    throw error;
  }
}

function message(status: number, text: string): HttpAnswer {
  const body = Buffer.from(JSON.stringify({ Message: text }));
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body };
}

function failure(status: number): HttpAnswer {
  return { status, headers: { 'content-type': 'text/plain' }, cookies: [], body: Buffer.from('Internal Server Error') };
}
