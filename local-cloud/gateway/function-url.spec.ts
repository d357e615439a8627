import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { Invoker, StreamedInvocation } from '../lambda/invoker.ts';
import { createFunctionUrl } from './function-url.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

type Options = Partial<Parameters<typeof createFunctionUrl>[0]> & { trust?: 'signed-by-origin-access-control' };

async function serve(invoker: Partial<Invoker>, { trust, ...options }: Options = {}): Promise<string> {
  const functionUrl = createFunctionUrl({
    urlId: 'url1',
    functionName: 'f',
    authType: 'NONE',
    invokeMode: 'RESPONSE_STREAM',
    log: () => undefined,
    ...options,
    invoker: {
      invoke: () => expect.unreachable(),
      invokeAsync: () => expect.unreachable(),
      invokeStreaming: () => expect.unreachable(),
      ...invoker,
    },
  });
  const server = createServer((request, response) => void functionUrl.request(request, response, trust));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const streams = (answer: StreamedInvocation) => ({ invokeStreaming: async () => answer });

test('a streamed answer shows its headers before its first byte and each chunk when it is written', async () => {
  const body = new PassThrough();
  const metadata = { statusCode: 201, headers: { 'Content-Type': 'text/event-stream' }, cookies: ['a=1'] };
  const answer = await fetch(await serve(streams({ metadata, body })));
  expect([answer.status, answer.headers.get('content-type')]).toEqual([201, 'text/event-stream']);
  expect(answer.headers.getSetCookie()).toEqual(['a=1']);
  const reader = answer.body!.getReader();
  for (const chunk of ['one', 'two', 'three']) {
    body.write(chunk);
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(chunk);
  }
  body.end();
  expect((await reader.read()).done).toBe(true);
});

test('a stream without metadata is a 200 of bytes', async () => {
  const answer = await fetch(await serve(streams({ body: new PassThrough().end('raw') })));
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
    200,
    'application/octet-stream',
    'raw',
  ]);
});

test('a function that fails before its first byte is a bad gateway, and after it a broken connection', async () => {
  const early = await fetch(await serve({ invokeStreaming: () => Promise.reject(new Error('boom')) }));
  expect([early.status, await early.text()]).toEqual([502, 'Internal Server Error']);
  const body = new PassThrough();
  const late = await fetch(await serve(streams({ body })));
  const reader = late.body!.getReader();
  body.write('half');
  await reader.read();
  body.destroy(new Error('the function died'));
  await expect(reader.read()).rejects.toThrow();
});

test('a client that leaves does not stop the function: it writes to its end, as on AWS', async () => {
  const body = new PassThrough({ highWaterMark: 1024 });
  const leaving = new AbortController();
  const url = await serve(streams({ body }));
  const answer = await fetch(url, { signal: leaving.signal });
  expect(answer.status).toBe(200);
  leaving.abort();
  for (let written = 0; written < 200; written++) {
    if (!body.write(Buffer.alloc(4096)))
      await Promise.race([once(body, 'drain'), sleep(20_000, null, { ref: false }).then(() => expect.unreachable())]);
  }
  body.end();
  await once(body, 'end');
});

test('a buffered function receives payload 2.0 with its path as sent', async () => {
  let event: unknown;
  const invoke: Invoker['invoke'] = async (_name, payload) => {
    event = JSON.parse(payload);
    return { payload: '{"statusCode":200,"body":"{}"}', requestId: 'r' };
  };
  const url = await serve({ invoke }, { invokeMode: 'BUFFERED' });
  const answer = await fetch(`${url}/a%20b/c?x=1`);
  expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['application/json', '{}']);
  expect(event).toMatchObject({
    rawPath: '/a%20b/c',
    rawQueryString: 'x=1',
    requestContext: { accountId: 'anonymous', domainName: 'url1.lambda-url.us-east-1.on.aws', stage: '$default' },
  });
});

test('a failed or malformed buffered result is a bad gateway', async () => {
  const failed = { invoke: async () => ({ payload: '{}', functionError: 'Unhandled' as const, requestId: 'r' }) };
  const malformed = { invoke: async () => ({ payload: '{"statusCode":"x"}', requestId: 'r' }) };
  for (const invoker of [failed, malformed]) {
    expect((await fetch(await serve(invoker, { invokeMode: 'BUFFERED' }))).status).toBe(502);
  }
});

test('with IAM an unsigned request is forbidden, and one from an origin access control is not', async () => {
  const invoke = async (_name: string, payload: string) => ({ payload, requestId: 'r' });
  const options = { invokeMode: 'BUFFERED', authType: 'AWS_IAM' } as const;
  const refused = await fetch(await serve({ invoke }, options));
  expect([refused.status, await refused.text()]).toEqual([403, '{"Message":"Forbidden"}']);
  const trusted = await serve({ invoke }, { ...options, trust: 'signed-by-origin-access-control' });
  expect((await fetch(trusted)).status).toBe(200);
  const post = (hash: string) =>
    fetch(trusted, { method: 'POST', body: 'x', headers: { 'x-amz-content-sha256': hash } });
  expect((await post('')).status).toBe(403);
  expect((await post(createHash('sha256').update('x').digest('hex'))).status).toBe(200);
});
