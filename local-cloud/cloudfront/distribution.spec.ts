import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  api,
  bucket,
  CACHING_OPTIMIZED,
  distributionOf,
  echo,
  type Echo,
  files,
  http,
  on,
  serve,
  site,
  stopServers,
  type World,
} from './distribution-fixture.ts';
import type { BucketConditions, HttpTarget } from './origin-target.ts';

afterEach(stopServers);
const echoed = async (url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as Echo;

test('the first behaviour whose pattern matches answers, else the default one', async () => {
  const named = (name: string) => http((_request, response) => response.end(name));
  const origins = ['a', 'b', 'c', 'd'].map((Id) => ({ Id, DomainName: Id }));
  const to = (TargetOriginId: string, PathPattern: string) => api({ TargetOriginId, PathPattern });
  const url = await serve({
    config: { Origins: origins },
    behavior: api({ TargetOriginId: 'd' }),
    behaviors: [to('a', '/ws/connections'), to('b', 'ws/*'), to('c', '/f?le*.csv')],
    targets: Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, named(name)])),
  });
  const origin = async (path: string) => (await fetch(url + path)).text();
  expect(await origin('/ws/connections?x=/y')).toBe('a');
  expect(await origin('/ws/queue/1')).toBe('b');
  expect(await origin('/file/a/b.csv')).toBe('c');
  expect(await origin('/fle.csv')).toBe('d');
  expect(await origin('/WS/queue')).toBe('d');
  expect(await origin('/x?y=/ws/queue')).toBe('d');
});

test('the origin hears everything of the viewer but its host, and what CloudFront adds', async () => {
  const origin = { OriginPath: '/prod', OriginCustomHeaders: [{ HeaderName: 'X-Origin-Key', HeaderValue: 'secret' }] };
  const url = await serve({ origin, targets: { 'api.test': echo } });
  const heard = await echoed(`${url}/a%20b?x=1&y=%20`, {
    method: 'POST',
    body: 'hello',
    headers: { cookie: 'a=1', 'x-origin-key': 'forged', 'x-forwarded-for': '203.0.113.9', 'x-amz-cf-id': 'forged' },
  });
  expect(heard).toMatchObject({ method: 'POST', url: '/prod/a%20b?x=1&y=%20', body: 'hello' });
  expect(heard.headers).toMatchObject({
    host: 'api.test',
    cookie: 'a=1',
    'x-origin-key': 'secret',
    'x-forwarded-for': '203.0.113.9, 127.0.0.1',
    via: expect.stringContaining('(CloudFront)') as string,
  });
  expect(heard.headers['x-amz-cf-id']).not.toBe('forged');
});

test('policies decide which headers, cookies and parameters are forwarded', async () => {
  const originRequest = {
    Name: 'some',
    HeadersConfig: { HeaderBehavior: 'whitelist', Headers: ['X-Wanted'] },
    CookiesConfig: { CookieBehavior: 'whitelist', Cookies: ['kept'] },
    QueryStringsConfig: { QueryStringBehavior: 'allExcept', QueryStrings: ['secret'] },
  };
  const url = await serve({
    behavior: api({ OriginRequestPolicyId: 'mine' }),
    policies: { originRequest: { mine: originRequest } },
    targets: { 'api.test': echo },
  });
  const headers = { 'x-wanted': '1', 'x-other': '2', cookie: 'kept=1; lost=2', authorization: 'Bearer x' };
  const heard = await echoed(`${url}/?a=1&secret=2`, { headers });
  expect(heard.url).toBe('/?a=1');
  expect(heard.headers).toMatchObject({ 'x-wanted': '1', cookie: 'kept=1', 'user-agent': 'Amazon CloudFront' });
  expect(heard.headers).not.toHaveProperty('x-other');
  expect(heard.headers).not.toHaveProperty('authorization');
});

test('a chunked upload without a length arrives whole, whatever its method', async () => {
  const url = await serve({ targets: { 'api.test': echo } });
  for (const method of ['POST', 'DELETE']) {
    const request = httpRequest(url, { method, headers: { 'transfer-encoding': 'chunked' } });
    for (const part of ['one ', 'two']) request.write(part);
    request.end();
    const [response]: [IncomingMessage] = (await once(request, 'response')) as never;
    expect((JSON.parse(String(Buffer.concat(await response.toArray()))) as Echo).body).toBe('one two');
  }
});

test('a method the behaviour does not allow is refused', async () => {
  const url = await serve({ behavior: api({ AllowedMethods: ['GET', 'HEAD'] }), targets: { 'api.test': echo } });
  const answer = await fetch(url, { method: 'POST', body: 'x' });
  expect([answer.status, answer.headers.get('x-cache')]).toEqual([403, 'Error from cloudfront']);
});

test('a response headers policy adds, overrides and removes', async () => {
  const policy = {
    Name: 'mine',
    CustomHeadersConfig: {
      Items: [
        { Header: 'X-Soft', Value: 'policy', Override: false },
        { Header: 'X-Hard', Value: 'policy', Override: true },
      ],
    },
    RemoveHeadersConfig: { Items: [{ Header: 'X-Powered-By' }] },
    SecurityHeadersConfig: {
      ContentSecurityPolicy: { ContentSecurityPolicy: "default-src 'self'", Override: true },
      ContentTypeOptions: { Override: true },
      FrameOptions: { FrameOption: 'DENY', Override: true },
      StrictTransportSecurity: { AccessControlMaxAgeSec: 60, IncludeSubdomains: true, Override: true },
    },
    CorsConfig: {
      AccessControlAllowCredentials: false,
      AccessControlAllowHeaders: { Items: ['*'] },
      AccessControlAllowMethods: { Items: ['GET'] },
      AccessControlAllowOrigins: { Items: ['https://*.site.test'] },
      OriginOverride: true,
    },
  };
  const own = { 'x-soft': 'origin', 'x-hard': 'origin', 'x-powered-by': 'me' };
  const url = await serve({
    behavior: api({ ResponseHeadersPolicyId: 'mine' }),
    policies: { responseHeaders: { mine: policy } },
    targets: { 'api.test': http((_request, response) => response.writeHead(200, own).end()) },
  });
  const { headers } = await fetch(url, { headers: { origin: 'https://a.site.test' } });
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-soft': 'origin',
    'x-hard': 'policy',
    'content-security-policy': "default-src 'self'",
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'strict-transport-security': 'max-age=60; includeSubDomains',
    'access-control-allow-origin': 'https://a.site.test',
  });
  expect(headers.get('x-powered-by')).toBeNull();
  const other = await fetch(url, { headers: { origin: 'https://evil.test' } });
  expect(other.headers.get('access-control-allow-origin')).toBeNull();
});

test('the root object stands for / alone, and keys are decoded', async () => {
  const asked: [string, BucketConditions][] = [];
  const targets = { 'site.test': bucket(asked) };
  const url = await serve({ behavior: site(), config: { DefaultRootObject: 'index.html' }, targets });
  expect(await (await fetch(url)).text()).toBe('<h1>hi</h1>');
  expect(await (await fetch(`${url}/%C3%BC%20b.txt`)).text()).toBe('ü');
  expect((await fetch(`${url}/folder/`)).status).toBe(403);
  expect((await fetch(`${url}/%E0%A4%A`)).status).toBe(400);
  expect(asked.map(([key]) => key)).toEqual(['index.html', 'ü b.txt', 'folder/']);
});

test('a bucket answers HEAD, ranges and conditions, and a missing key is forbidden', async () => {
  const asked: [string, BucketConditions][] = [];
  const url = await serve({ behavior: site(), targets: { 'site.test': bucket(asked) } });
  const head = await fetch(`${url}/big.css`, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '4000', '']);
  expect((await fetch(`${url}/index.html`, { headers: { 'if-none-match': '"e1"' } })).status).toBe(304);
  await fetch(`${url}/index.html`, { headers: { range: 'bytes=0-1' } });
  expect(asked.at(-1)).toEqual(['index.html', { method: 'GET', range: 'bytes=0-1' }]);
  expect((await fetch(`${url}/nothing`)).status).toBe(403);
});

test('a bucket that CloudFront may list says that a key is missing', async () => {
  const url = await serve({ behavior: site(), targets: { 'site.test': bucket([], true) } });
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
});

test('an error gets its configured page and status; without a page it stays as it is', async () => {
  const CustomErrorResponses = [
    { ErrorCode: 403, ResponseCode: 200, ResponsePagePath: '/index.html' },
    { ErrorCode: 502, ResponseCode: 503, ResponsePagePath: '/missing.html' },
    { ErrorCode: 404, ErrorCachingMinTTL: 0 },
  ];
  const missing = http((_request, response) => response.writeHead(404).end('no such thing'));
  const behaviors = [api({ PathPattern: '/api/*' }), api({ PathPattern: '/down/*', TargetOriginId: 'down' })];
  const Origins = [
    { Id: 'api', DomainName: 'api.test' },
    { Id: 'site', DomainName: 'site.test', S3OriginConfig: {} },
    { Id: 'down', DomainName: 'down.test' },
  ];
  const targets = { 'site.test': bucket(), 'api.test': missing };
  const url = await serve({ behavior: site(), behaviors, config: { CustomErrorResponses, Origins }, targets });
  const page = await fetch(`${url}/some/route`);
  expect([page.status, await page.text()]).toEqual([200, '<h1>hi</h1>']);
  const plain = await fetch(`${url}/api/x`);
  expect([plain.status, await plain.text()]).toEqual([404, 'no such thing']);
  expect((await fetch(`${url}/down/x`)).status).toBe(502);
});

test('what is compressible, large enough and accepted is compressed; the rest is not', async () => {
  const url = await serve({ behavior: site(), targets: { 'site.test': bucket() } });
  const get = (path: string, accepted: string) => fetch(url + path, { headers: { 'accept-encoding': accepted } });
  for (const [accepted, encoding] of [
    ['gzip, br', 'br'],
    ['gzip', 'gzip'],
    ['br;q=0, gzip', 'gzip'],
    ['identity', null],
  ] as const) {
    const answer = await get('/big.css', accepted);
    expect([accepted, answer.headers.get('content-encoding')]).toEqual([accepted, encoding]);
    expect(await answer.text()).toBe(files['big.css']);
    expect(answer.headers.get('etag')).toBe(encoding === null ? '"e1"' : 'W/"e1"');
  }
  expect((await get('/index.html', 'gzip')).headers.get('content-encoding')).toBeNull();
});

test('an event stream flows chunk by chunk, and the origin sees the viewer leave', async () => {
  let response: ServerResponse | undefined;
  const target = http((_request, own) => {
    response = own;
    own.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  });
  const url = await serve({
    behavior: api({ Compress: true, CachePolicyId: CACHING_OPTIMIZED }),
    targets: { 'api.test': target },
  });
  const leaving = new AbortController();
  const answer = await fetch(url, { signal: leaving.signal });
  const reader = answer.body!.getReader();
  for (const chunk of ['data: 1\n\n', 'data: 2\n\n']) {
    response?.write(chunk);
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(chunk);
  }
  const closed = once(response!, 'close');
  leaving.abort();
  await closed;
});

test('a large answer arrives whole through a slow viewer, without being held in memory or taken for silence', async () => {
  let written = 0;
  const target = http(async (_request, response) => {
    for (; written < 512 && !response.destroyed; written++) {
      if (!response.write(Buffer.alloc(64 * 1024))) await once(response, 'drain');
    }
    response.end();
  });
  const url = await serve({
    origin: { CustomOriginConfig: { OriginReadTimeout: 0.1 } },
    targets: { 'api.test': target },
  });
  const request = httpRequest(url).end();
  const [response]: [IncomingMessage] = (await once(request, 'response')) as never;
  await sleep(400);
  expect(written).toBeLessThan(400);
  let size = 0;
  for await (const chunk of response) size += (chunk as Buffer).length;
  expect(size).toBe(512 * 64 * 1024);
});

test('an origin that is silent too long is a 504, one that breaks a 502, one that dies half-way a broken answer', async () => {
  const target = http((request, response) => {
    if (request.url === '/throws') throw new Error('boom');
    if (request.url === '/half')
      response.writeHead(200, { 'content-length': '10' }).write('half', () => response.destroy());
    if (request.url === '/stalls') response.writeHead(200).write('half');
  });
  const url = await serve({
    origin: { CustomOriginConfig: { OriginReadTimeout: 0.1 } },
    targets: { 'api.test': target },
  });
  expect((await fetch(`${url}/silent`)).status).toBe(504);
  expect((await fetch(`${url}/throws`)).status).toBe(502);
  await expect(fetch(`${url}/half`).then((answer) => answer.text())).rejects.toThrow();
  await expect(fetch(`${url}/stalls`).then((answer) => answer.text())).rejects.toThrow();
  expect((await fetch(await serve({ targets: {} }))).status).toBe(502);
});

const sockets = new WebSocketServer({ noServer: true });
const webSockets: HttpTarget = {
  ...echo,
  async upgrade(request, socket, head, url) {
    const { host, 'x-forwarded-for': forwardedFor, 'x-origin-key': key } = request.headers;
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(JSON.stringify({ url, host, forwardedFor, key }));
      webSocket.on('message', (data: Buffer) => webSocket.send(data.toString()));
    });
  },
};

test('a WebSocket passes through the viewer-request function to its origin', async () => {
  const code = `function handler({ request }) {
    if (request.headers.upgrade || request.headers.connection) throw new Error('visible');
    if (!request.headers['sec-websocket-key']) return { statusCode: 426 };
    if (request.uri === '/ws/no/such/thing') return { statusCode: 404, body: 'no such channel' };
    request.querystring = { channel: { value: request.uri.slice(4) } };
    request.uri = '/';
    return request;
  }`;
  const url = await serve({
    behavior: api(on('viewer-request')),
    functions: { fn: code },
    origin: { OriginPath: '/prod', OriginCustomHeaders: [{ HeaderName: 'x-origin-key', HeaderValue: 'secret' }] },
    targets: { 'api.test': webSockets },
  });
  const socket = new WebSocket(`${url}/ws/stats`);
  const [greeting]: [Buffer] = (await once(socket, 'message')) as never;
  expect(JSON.parse(String(greeting))).toEqual({
    url: '/prod/?channel=stats',
    host: 'api.test',
    forwardedFor: '127.0.0.1',
    key: 'secret',
  });
  socket.send('hello');
  expect(String((await once(socket, 'message'))[0])).toBe('hello');
  socket.close();
  const [, refused]: [unknown, IncomingMessage] = (await once(
    new WebSocket(`${url}/ws/no/such/thing`),
    'unexpected-response',
  )) as never;
  expect([refused.statusCode, String(Buffer.concat(await refused.toArray()))]).toEqual([404, 'no such channel']);
  expect((await fetch(`${url}/ws/stats`)).status).toBe(426);
});

test('a handshake to an origin without WebSockets gets its plain answer', async () => {
  const url = await serve({ targets: { 'api.test': echo } });
  const [, response]: [unknown, IncomingMessage] = (await once(
    new WebSocket(`${url}/ws/connections`),
    'unexpected-response',
  )) as never;
  const heard = JSON.parse(String(Buffer.concat(await response.toArray()))) as Echo;
  expect([response.statusCode, heard.url]).toEqual([200, '/ws/connections']);
  expect(heard.headers).not.toHaveProperty('upgrade');
});

test('what is not emulated is refused by name', () => {
  const refused = (world: World) => () => distributionOf(world);
  expect(refused({ config: { WebACLId: 'arn:waf' } })).toThrow('WebACLId');
  expect(refused({ config: { OriginGroups: {} } })).toThrow('OriginGroups');
  expect(refused({ behavior: api({ LambdaFunctionAssociations: [{}] }) })).toThrow('LambdaFunctionAssociations');
  expect(refused({ behavior: api({ CachePolicyId: 'unknown-id' }) })).toThrow('unknown-id');
  expect(refused({ behavior: api({ OriginRequestPolicyId: 'unknown-id' }) })).toThrow('unknown-id');
  expect(refused({ behavior: api({ ResponseHeadersPolicyId: 'unknown-id' }) })).toThrow('unknown-id');
  expect(refused({ behavior: api({ TargetOriginId: 'nowhere' }) })).toThrow('nowhere');
  expect(refused({ behavior: api(on('viewer-request', 'arn:none')) })).toThrow('arn:none');
});
