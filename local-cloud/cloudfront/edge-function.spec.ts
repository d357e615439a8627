import { afterEach, expect, test } from 'vitest';
import { api, distributionOf, echo, type Echo, http, on, serve, stopServers } from './distribution-fixture.ts';

afterEach(stopServers);
const echoed = async (url: string, init?: RequestInit) => (await (await fetch(url, init)).json()) as Echo;

test('a viewer-request function rewrites uri, query, headers and cookies before the origin hears', async () => {
  const code = `
    async function handler(event) {
      const request = event.request;
      const [, , channel] = request.uri.split('/');
      request.uri = '/';
      request.querystring = { channel: { value: channel }, tag: request.querystring.tag };
      request.headers['x-viewer-ip'] = { value: event.viewer.ip };
      delete request.headers['x-drop'];
      delete request.cookies.lost;
      console.log('saw', event.context.eventType, Object.keys(request.headers).includes('connection'));
      return request;
    }`;
  const lines: string[] = [];
  const url = await serve({
    behavior: api(on('viewer-request')),
    functions: { fn: code },
    targets: { 'api.test': echo },
    log: (line) => lines.push(line),
  });
  const headers = { cookie: 'kept=1; lost=2', 'x-drop': '1', 'x-viewer-ip': 'forged' };
  const heard = await echoed(`${url}/ws/stats?tag=a&tag=b`, { headers });
  expect(heard.url).toBe('/?channel=stats&tag=a&tag=b');
  expect(heard.headers).toMatchObject({ 'x-viewer-ip': '127.0.0.1', cookie: 'kept=1', host: 'api.test' });
  expect(heard.headers).not.toHaveProperty('x-drop');
  expect(lines).toEqual(['fn: saw viewer-request false']);
});

test('a viewer-request function can answer itself', async () => {
  const code = `function handler() {
    return { statusCode: 418, statusDescription: 'Teapot', headers: { 'x-a': { value: '1' } },
      cookies: { c: { value: '2', attributes: 'Path=/' } }, body: { encoding: 'base64', data: 'aGk=' } };
  }`;
  const url = await serve({ behavior: api(on('viewer-request')), functions: { fn: code } });
  const answer = await fetch(url);
  expect([answer.status, answer.headers.get('x-a'), await answer.text()]).toEqual([418, '1', 'hi']);
  expect(answer.headers.getSetCookie()).toEqual(['c=2; Path=/']);
  expect(answer.headers.get('x-cache')).toBe('FunctionGeneratedResponse from cloudfront');
});

test('a function that throws, loops, never settles or reaches out is a 503; a result that cannot be used a 502', async () => {
  const bad: Record<string, number> = {
    "throw new Error('boom')": 503,
    'for (;;);': 503,
    'return Promise.resolve().then(() => { for (;;); })': 503,
    'return new Promise(() => {})': 503,
    'return process.env': 503,
    "return require('fs')": 503,
    "return fetch('http://127.0.0.1')": 503,
    "return this.constructor.constructor('return process')()": 503,
    'return undefined': 502,
    "return { ...event.request, uri: 'no-slash' }": 502,
    "return { ...event.request, uri: '/a b' }": 502,
    "return { ...event.request, headers: { connection: { value: 'close' } } }": 502,
    "return { ...event.request, headers: { 'x-a': { value: 'a\\r\\nx-b: c' } } }": 502,
    'return { statusCode: 99 }': 502,
  };
  const functions = Object.fromEntries(Object.keys(bad).map((body) => [body, `function handler(event) { ${body} }`]));
  for (const [body, status] of Object.entries(bad)) {
    const url = await serve({ behavior: api(on('viewer-request', body)), functions, targets: { 'api.test': echo } });
    expect([body, (await fetch(url)).status]).toEqual([body, status]);
  }
});

test('functions keep no state between requests', async () => {
  const code = 'let n = 0; function handler() { n++; return { statusCode: 200, body: String(n) }; }';
  const url = await serve({ behavior: api(on('viewer-request')), functions: { fn: code } });
  expect([await (await fetch(url)).text(), await (await fetch(url)).text()]).toEqual(['1', '1']);
});

test('a viewer-response function changes headers of what succeeded, and is not asked about errors', async () => {
  const code = `function handler(event) {
    event.response.headers['x-seen'] = { value: event.request.uri + ' ' + event.response.statusCode };
    event.response.cookies.extra = { value: '1' };
    return event.response;
  }`;
  const target = http((request, response) => {
    response.setHeader('set-cookie', ['a=1; Path=/', 'b=2']);
    response.writeHead(request.url === '/bad' ? 404 : 200).end('body');
  });
  const url = await serve({
    behavior: api(on('viewer-response')),
    functions: { fn: code },
    targets: { 'api.test': target },
  });
  const good = await fetch(`${url}/good`);
  expect([good.headers.get('x-seen'), await good.text()]).toEqual(['/good 200', 'body']);
  expect(good.headers.getSetCookie().sort()).toEqual(['a=1; Path=/', 'b=2', 'extra=1']);
  expect((await fetch(`${url}/bad`)).headers.get('x-seen')).toBeNull();
});

test('a function that imports is refused by name before it can fail', () => {
  const functions = { kvs: "import cf from 'cloudfront';\nfunction handler(event) { return event.request; }" };
  const distribution = () => distributionOf({ behavior: api(on('viewer-request', 'kvs')), functions });
  expect(distribution).toThrow('KeyValueStore');
});
