import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createFunctionUrl } from '../gateway/function-url.ts';
import { createHttpApi } from '../gateway/http-api.ts';
import { createWebSocketApi } from '../gateway/websocket-api.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { api, on, serve, stopServers } from './distribution-fixture.ts';

afterEach(stopServers);

type Event = {
  headers: Record<string, string>;
  body?: string;
  queryStringParameters?: Record<string, string>;
  requestContext: { http?: { sourceIp: string }; identity?: { sourceIp: string } };
};

function anInvoker(streamed = new PassThrough()): Invoker & { events: Event[] } {
  const events: Event[] = [];
  return {
    events,
    async invoke(_functionName, payload) {
      events.push(JSON.parse(payload) as Event);
      return { payload: '{"statusCode":200,"body":"ok"}', requestId: 'r' };
    },
    invokeAsync: () => expect.unreachable(),
    invokeStreaming: async () => ({ metadata: { headers: { 'content-type': 'text/event-stream' } }, body: streamed }),
  };
}

test('an HTTP API behind CloudFront knows the viewer, whatever the viewer claims', async () => {
  const invoker = anInvoker();
  const routes = [{ routeKey: '$default', functionName: 'f', timeoutMs: 1000 }];
  const httpApi = createHttpApi({ apiId: 'a', invoker, routes, stage: '$default', log: () => undefined });
  const url = await serve({ targets: { 'api.test': { kind: 'http', ...httpApi } } });
  const post = (body: Buffer) => fetch(url, { method: 'POST', body, headers: { 'x-forwarded-for': '203.0.113.9' } });
  expect((await post(Buffer.alloc(4_000_000, 1))).status).toBe(200);
  const [event] = invoker.events;
  expect(event?.requestContext.http?.sourceIp).toBe('127.0.0.1');
  expect(event?.headers).toMatchObject({ host: 'api.test', 'x-forwarded-for': '203.0.113.9, 127.0.0.1, 127.0.0.1' });
  expect(Buffer.from(event?.body ?? '', 'base64').length).toBe(4_000_000);
  const large = await post(Buffer.alloc(11 * 1024 * 1024));
  expect([large.status, await large.text()]).toEqual([413, '{"message":"Request Entity Too Large"}']);
});

test('a path becomes the channel of a WebSocket API, which knows the viewer', async () => {
  const invoker = anInvoker();
  const webSocketApi = createWebSocketApi({
    apiId: 'w',
    stage: 'prod',
    invoker,
    routes: ['$connect', '$default'].map((routeKey) => ({ routeKey, functionName: routeKey, timeoutMs: 1000 })),
    routeSelectionExpression: '$request.body.type',
  });
  const code = `function handler({ request, viewer }) {
    request.querystring = { channel: { value: request.uri.slice('/ws/'.length) } };
    request.headers['x-viewer-ip'] = { value: viewer.ip };
    request.uri = '/';
    return request;
  }`;
  const url = await serve({
    behavior: api(on('viewer-request')),
    functions: { fn: code },
    origin: { OriginPath: '/prod' },
    targets: {
      'api.test': {
        kind: 'http',
        ...webSocketApi,
        upgrade: (request, socket, head, path) =>
          webSocketApi.upgrade(request, socket, head, path.replace('/prod', '')),
      },
    },
  });
  const socket = new WebSocket(`${url}/ws/stats`);
  await once(socket, 'open');
  expect(invoker.events[0]).toMatchObject({
    queryStringParameters: { channel: 'stats' },
    headers: { Host: 'api.test', 'x-viewer-ip': '127.0.0.1', 'X-Forwarded-For': '127.0.0.1, 127.0.0.1' },
    requestContext: { identity: { sourceIp: '127.0.0.1' } },
  });
  socket.send('x'.repeat(32 * 1024));
  await expect.poll(() => invoker.events[1]?.body?.length).toBe(32 * 1024);
  await webSocketApi.stop();
});

test('a function URL streams through, and its function runs on when the viewer leaves', async () => {
  const streamed = new PassThrough();
  const functionUrl = createFunctionUrl({
    urlId: 'u',
    invoker: anInvoker(streamed),
    functionName: 'f',
    authType: 'AWS_IAM',
    invokeMode: 'RESPONSE_STREAM',
  });
  const url = await serve({
    targets: {
      'api.test': {
        kind: 'http',
        request: (request, response) => functionUrl.request(request, response, 'signed-by-origin-access-control'),
      },
    },
  });
  const leaving = new AbortController();
  const answer = await fetch(url, { signal: leaving.signal });
  expect(answer.headers.get('content-type')).toBe('text/event-stream');
  const reader = answer.body!.getReader();
  streamed.write('data: 1\n\n');
  expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('data: 1\n\n');
  leaving.abort();
  for (let written = 0; written < 100; written++) {
    if (!streamed.write(Buffer.alloc(16 * 1024))) await once(streamed, 'drain');
  }
  streamed.end();
  await once(streamed, 'end');
});
