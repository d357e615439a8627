import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Invoker } from '../lambda/invoker.ts';
import { createHttpApi, type HttpRoute } from './http-api.ts';

type Options = Partial<Parameters<typeof createHttpApi>[0]>;
type Handler = (event: APIGatewayProxyEventV2, functionName: string) => unknown;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

class Throttled extends Error {
  override readonly name = 'TooManyRequests';
}

async function serve(handler: Handler, routeKeys: string[], options: Options = {}): Promise<string> {
  const invoker: Invoker = {
    async invoke(functionName, payload) {
      const result = await handler(JSON.parse(payload), functionName);
      if (result instanceof Throttled) throw result;
      if (result instanceof Error) return { payload: '{}', functionError: 'Unhandled', requestId: 'r' };
      return { payload: JSON.stringify(result ?? null), requestId: 'r' };
    },
    invokeAsync: () => expect.unreachable(),
    invokeStreaming: () => expect.unreachable(),
  };
  const routes: HttpRoute[] = routeKeys.map((routeKey) => ({ routeKey, functionName: routeKey, timeoutMs: 30_000 }));
  const api = createHttpApi({ apiId: 'api1', invoker, routes, stage: '$default', log: () => undefined, ...options });
  const server = createServer((request, response) => void api.request(request, response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const echo: Handler = (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(event),
});
const chosen: Handler = (_event, functionName) => ({ statusCode: 200, body: functionName });

async function eventOf(url: string, init?: RequestInit): Promise<APIGatewayProxyEventV2> {
  return (await fetch(url, init)).json() as Promise<APIGatewayProxyEventV2>;
}

test('a function receives payload format 2.0 with everything the request said', async () => {
  const url = await serve(echo, ['GET /hits/{id}'], { now: () => new Date('2026-11-23T10:00:00Z') });
  const event = await eventOf(`${url}/hits/a%20b?x=1&x=2&y=%C3%BC`, {
    headers: { cookie: 'a=1; b=2', 'X-Thing': 'One', 'x-forwarded-for': '203.0.113.9', 'user-agent': 'spec' },
  });
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'GET /hits/{id}',
    rawPath: '/hits/a b',
    rawQueryString: 'x=1&x=2&y=%C3%BC',
    cookies: ['a=1', 'b=2'],
    queryStringParameters: { x: '1,2', y: 'ü' },
    pathParameters: { id: 'a b' },
    isBase64Encoded: false,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api1',
      domainName: 'api1.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'api1',
      http: { method: 'GET', path: '/hits/a b', protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'spec' },
      routeKey: 'GET /hits/{id}',
      stage: '$default',
      time: '23/Nov/2026:10:00:00 +0000',
      timeEpoch: 1795428000000,
    },
  });
  expect(event.headers).toMatchObject({ 'x-thing': 'One', 'x-forwarded-for': '203.0.113.9, 127.0.0.1' });
  expect(event.headers).not.toHaveProperty('cookie');
  expect(event.headers).not.toHaveProperty('connection');
  expect(event).not.toHaveProperty('stageVariables');
  expect(event).not.toHaveProperty('body');
});

test('a named stage is part of rawPath though it is no part of the route', async () => {
  const url = await serve(echo, ['GET /hits'], { stage: 'prod' });
  expect(await eventOf(`${url}/hits`)).toMatchObject({ rawPath: '/prod/hits', requestContext: { stage: 'prod' } });
});

test('the most specific route answers: literal, parameter, greedy, then $default; a method before ANY', async () => {
  const keys = [
    '$default',
    'ANY /{p+}',
    'GET /{p+}',
    'GET /a/{p+}',
    'GET /{x}/b',
    'ANY /a/b',
    'GET /a/b',
    'POST /a/{x}',
  ];
  const url = await serve(chosen, keys);
  const route = async (method: string, path: string) => (await fetch(url + path, { method })).text();
  expect(await route('GET', '/a/b')).toBe('GET /a/b');
  expect(await route('PUT', '/a/b')).toBe('ANY /a/b');
  expect(await route('POST', '/a/c')).toBe('POST /a/{x}');
  expect(await route('GET', '/z/b')).toBe('GET /{x}/b');
  expect(await route('GET', '/a/c/d')).toBe('GET /a/{p+}');
  expect(await route('GET', '/z/z')).toBe('GET /{p+}');
  expect(await route('DELETE', '/z')).toBe('ANY /{p+}');
  expect(await route('GET', '/')).toBe('$default');
});

test('what no route matches is not found, and a path that cannot be decoded is a bad request', async () => {
  const url = await serve(echo, ['GET /hits/{id}']);
  const missing = await fetch(`${url}/nothing`);
  expect([missing.status, await missing.text()]).toEqual([404, '{"message":"Not Found"}']);
  expect((await fetch(`${url}/hits/`)).status).toBe(404);
  expect((await fetch(`${url}/hits/%E0%A4%A`)).status).toBe(400);
});

test('text arrives as text, and everything else as base64, forms and problem+json included', async () => {
  const url = await serve(echo, ['POST /in']);
  const post = (type: string) =>
    eventOf(`${url}/in`, { method: 'POST', body: 'é=1', headers: { 'content-type': type } });
  const base64 = { body: Buffer.from('é=1').toString('base64'), isBase64Encoded: true };
  expect(await post('application/json; charset=utf-8')).toMatchObject({ body: 'é=1', isBase64Encoded: false });
  expect(await post('text/csv')).toMatchObject({ body: 'é=1', isBase64Encoded: false });
  expect(await post('application/x-www-form-urlencoded')).toMatchObject(base64);
  expect(await post('application/problem+json')).toMatchObject(base64);
  expect(await post('application/json-patch')).toMatchObject(base64);
});

test('status, headers, cookies and base64 bodies of a result become the answer', async () => {
  const url = await serve(
    () => ({
      statusCode: 201,
      headers: { 'Content-Type': 'image/png', 'x-count': 3, connection: 'close' },
      cookies: ['a=1; Path=/', 'b=2'],
      body: Buffer.from([0, 255, 1]).toString('base64'),
      isBase64Encoded: true,
    }),
    ['GET /'],
  );
  const answer = await fetch(url);
  expect(answer.status).toBe(201);
  expect(answer.headers.get('content-type')).toBe('image/png');
  expect(answer.headers.get('x-count')).toBe('3');
  expect(answer.headers.get('apigw-requestid')).toMatch(/^[\w-]{15}=$/);
  expect(answer.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0, 255, 1]);
  const head = await fetch(url, { method: 'HEAD' });
  expect(head.status).toBe(404);
});

test('a result without statusCode is the JSON body of a 200', async () => {
  const results: Record<string, unknown> = { '/object': { a: 1 }, '/text': 'hello', '/nothing': undefined };
  const url = await serve((event) => results[event.rawPath], ['$default']);
  const object = await fetch(`${url}/object`);
  expect([object.status, object.headers.get('content-type'), await object.text()]).toEqual([
    200,
    'application/json',
    '{"a":1}',
  ]);
  expect(await (await fetch(`${url}/text`)).text()).toBe('hello');
  expect(await (await fetch(`${url}/nothing`)).text()).toBe('null');
});

test('a failing function, and a result that cannot be sent, are internal server errors', async () => {
  const results: Record<string, unknown> = {
    '/throws': new Error('boom'),
    '/status': { statusCode: 'fine' },
    '/body': { statusCode: 200, body: { a: 1 } },
    '/headers': { statusCode: 200, headers: { 'x-a': 'one\r\nx-b: two' } },
    '/cookies': { statusCode: 200, cookies: ['a=1\r\nx: y'] },
  };
  const url = await serve((event) => results[event.rawPath], ['$default']);
  for (const path of Object.keys(results)) {
    const answer = await fetch(url + path);
    expect([path, answer.status, await answer.text()]).toEqual([path, 500, '{"message":"Internal Server Error"}']);
  }
});

test('an integration that is too slow, or throttled, is an unavailable service', async () => {
  const route = { routeKey: '$default', functionName: 'f', timeoutMs: 30 };
  const slow = await serve(() => new Promise(() => undefined), [], { routes: [route] });
  const throttled = await serve(() => new Throttled(), ['$default']);
  for (const url of [slow, throttled]) {
    const answer = await fetch(url);
    expect([answer.status, await answer.text()]).toEqual([503, '{"message":"Service Unavailable"}']);
  }
});

test('a body above 10 MB, or above what Lambda takes once encoded, is too large', async () => {
  const url = await serve(() => 'ok', ['POST /']);
  const post = async (bytes: number) => (await fetch(url, { method: 'POST', body: Buffer.alloc(bytes) })).status;
  expect(await post(10 * 1024 * 1024 + 1)).toBe(413);
  expect(await post(5 * 1024 * 1024)).toBe(413);
  expect(await post(4 * 1024 * 1024)).toBe(200);
});

test('headers and URL together have 10,240 bytes', async () => {
  const url = await serve(() => 'ok', ['$default']);
  expect((await fetch(url, { headers: { 'x-long': 'a'.repeat(10_200) } })).status).toBe(431);
  expect((await fetch(`${url}/?q=${'a'.repeat(10_240)}`)).status).toBe(414);
  expect((await fetch(url, { headers: { 'x-long': 'a'.repeat(9000) } })).status).toBe(200);
});

test('CORS: the gateway answers preflights itself and writes the headers of every answer', async () => {
  const cors = {
    AllowOrigins: ['https://site.test', 'http://*'],
    AllowMethods: ['GET', 'POST'],
    AllowHeaders: ['content-type'],
    ExposeHeaders: ['x-count'],
    MaxAge: 600,
    AllowCredentials: true,
  };
  const own = { statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://evil.test' } };
  const url = await serve(() => own, ['ANY /{p+}'], { cors });
  const preflight = (origin: string) =>
    fetch(`${url}/x`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } });
  const allowed = await preflight('https://site.test');
  expect(allowed.status).toBe(204);
  expect(Object.fromEntries(allowed.headers)).toMatchObject({
    'access-control-allow-origin': 'https://site.test',
    'access-control-allow-methods': 'GET,POST',
    'access-control-allow-headers': 'content-type',
    'access-control-allow-credentials': 'true',
    'access-control-max-age': '600',
  });
  expect((await preflight('http://any.test')).headers.get('access-control-allow-origin')).toBe('http://any.test');
  expect((await preflight('https://evil.test')).headers.get('access-control-allow-origin')).toBeNull();
  const actual = await fetch(`${url}/x`, { headers: { origin: 'https://site.test' } });
  expect(actual.headers.get('access-control-allow-origin')).toBe('https://site.test');
  expect(actual.headers.get('access-control-expose-headers')).toBe('x-count');
  const refused = await fetch(`${url}/x`, { headers: { origin: 'https://evil.test' } });
  expect(refused.headers.get('access-control-allow-origin')).toBeNull();
});

test('a client that leaves in the middle of its body or before its answer disturbs nobody', async () => {
  let release: (value: string) => void = () => undefined;
  const url = await serve(
    (event) => (event.rawPath === '/wait' ? new Promise((resolve) => (release = resolve)) : 'ok'),
    ['$default'],
  );
  const half = httpRequest(`${url}/x`, { method: 'POST', headers: { 'content-length': '1000' } });
  half.on('error', () => undefined);
  half.write('half');
  const leaving = new AbortController();
  const waiting = fetch(`${url}/wait`, { signal: leaving.signal });
  await expect.poll(async () => (await fetch(url)).status).toBe(200);
  half.destroy();
  leaving.abort();
  await expect(waiting).rejects.toThrow(/abort/);
  release('late');
  expect(await (await fetch(url)).text()).toBe('ok');
});

test('a route key the emulation does not know is refused by name', () => {
  const invoker = { invoke: expect.unreachable, invokeAsync: expect.unreachable, invokeStreaming: expect.unreachable };
  const routes = [{ routeKey: 'GET /{a+}/b', functionName: 'f', timeoutMs: 1 }];
  expect(() => createHttpApi({ apiId: 'a', invoker, routes, stage: '$default' })).toThrow('GET /{a+}/b');
});
