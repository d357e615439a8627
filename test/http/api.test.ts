import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../contract/routes.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { anApi, ORIGIN_KEY } from '../support/an-api.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());

const api = (changes: Parameters<typeof anApi>[1] = {}) => anApi(world, changes);

type Options = { method?: string; headers?: Record<string, string>; body?: string; api?: ReturnType<typeof api> };
async function call(path: string, { headers = {}, api: app = api(), ...init }: Options = {}) {
  const response = await app.request(path, { ...init, headers: { 'x-origin-key': ORIGIN_KEY, ...headers } });
  const text = await response.text();
  const body: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return { status: response.status, headers: response.headers, body };
}
const post = (body: unknown, options: Options = {}) =>
  call('/downloads', {
    ...options,
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...options.headers },
  });

test('a download is accepted with its location, and found there and under /api/v1', async () => {
  const { status, headers, body } = await post({ url: 'https://example.com/clip.mp4' });
  expect(status).toBe(202);
  const location = headers.get('location')!;
  expect((await call(location)).body).toMatchObject({
    id: (body as { id: string }).id,
    status: 'pending',
    quality: 'best',
  });
  expect((await call(`/api/v1${location}`)).status).toBe(200);
});

const badBodies: [string, unknown, number, string, string?][] = [
  ['not JSON', '{"url":', 400, 'invalid_json'],
  ['an array', '[]', 400, 'invalid_request'],
  ['null', 'null', 400, 'invalid_request'],
  ['no url', {}, 400, 'invalid_request', 'url'],
  ['a url that is a number', { url: 7 }, 400, 'invalid_request', 'url'],
  ['an unknown quality', { url: 'https://example.com/a', quality: '8k' }, 400, 'invalid_request', 'quality'],
  ['an unknown field', { url: 'https://example.com/a', qualty: 'best' }, 400, 'invalid_request', 'qualty'],
  ['a text that is no URL', { url: 'hello' }, 400, 'invalid_request', 'url'],
  ['a URL that is not http', { url: 'ftp://example.com/a' }, 400, 'invalid_request', 'url'],
  ['a javascript: URL', { url: 'javascript:alert(1)' }, 400, 'invalid_request', 'url'],
  ['a URL that is too long', { url: `https://example.com/${'a'.repeat(2048)}` }, 400, 'invalid_request', 'url'],
  ['a URL with credentials', { url: 'https://user:secret@example.com/a' }, 400, 'invalid_request', 'url'],
  ['a loopback URL', { url: 'http://127.0.0.1/a' }, 400, 'invalid_request', 'url'],
  ['a loopback URL in decimal', { url: 'http://2130706433/a' }, 400, 'invalid_request', 'url'],
  ['a metadata URL in mapped IPv6', { url: 'http://[::ffff:169.254.169.254]/' }, 400, 'invalid_request', 'url'],
  ['a body of 2 MB', { url: `https://example.com/${'a'.repeat(2 * 1024 * 1024)}` }, 413, 'payload_too_large'],
];
test.each(badBodies)('%s is refused with its code and field', async (_name, body, status, code, field) => {
  const answer = await post(body);
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.body).toMatchObject({ code, status, title: expect.any(String), type: `/docs#${code}` });
  if (field !== undefined)
    expect(answer.body).toMatchObject({ errors: [{ field, code: expect.any(String), message: expect.any(String) }] });
});

test('a loopback URL is taken where private sources are allowed', async () => {
  expect((await post({ url: 'http://127.0.0.1:9/a' }, { api: api({ allowPrivateSources: true }) })).status).toBe(202);
});

const hosts = { allowed: ['example.com', 'example.org'], denied: ['bad.example.com'] };
test.each([
  ['https://example.com/a', 202],
  ['https://cdn.EXAMPLE.org./a', 202],
  ['https://example.net/a', 400],
  ['https://notexample.com/a', 400],
  ['https://bad.example.com/a', 400],
  ['https://very.bad.example.com/a', 400],
])('where hosts are limited, %s is answered with %d', async (url, status) => {
  const answer = await post({ url }, { api: api({ hosts }) });
  expect(answer.status).toBe(status);
  const refusal = { code: 'invalid_request', errors: [{ field: 'url', code: 'host_not_allowed' }] };
  if (status === 400) {
    expect(answer.body).toMatchObject(refusal);
    const json = { method: 'POST', headers: { 'content-type': 'application/json' }, api: api({ hosts }) };
    const batch = await call('/downloads/batch', { ...json, body: JSON.stringify({ urls: [url] }) });
    expect(batch.body).toMatchObject({ results: [{ url, status: 400, problem: refusal }] });
    const inspected = await call('/downloads/inspect', { ...json, body: JSON.stringify({ url }) });
    expect(inspected).toMatchObject({ status: 400, body: refusal });
  }
});

test('what is not JSON by its content type is refused', async () => {
  const answer = await post('url=https://example.com', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
});

test('an unknown path is 404 and a wrong method 405, in the language of the caller', async () => {
  expect(await call('/nothing')).toMatchObject({
    status: 404,
    body: { code: 'not_found', title: 'Este caminho não existe.' },
  });
  const english = { 'accept-language': 'en-US,en;q=0.9' };
  expect(await call('/downloads', { method: 'PATCH', headers: english })).toMatchObject({
    status: 405,
    body: { code: 'method_not_allowed', title: 'This path does not take this method.' },
  });
});

test('a missing download is 404 wherever it is asked for', async () => {
  for (const [method, path] of [
    ['GET', '/downloads/none'],
    ['DELETE', '/downloads/none'],
    ['GET', '/downloads/none/file'],
    ['GET', '/downloads/%2e%2e'],
    ['GET', `/downloads/${'a'.repeat(100)}`],
  ] as const) {
    expect(await call(path, { method }), path).toMatchObject({ status: 404 });
  }
});

test('a file is not ready before completion, and a link for the address of the viewer after it', async () => {
  const downloads = downloadsTable(world.db, world.names);
  await downloads.request(aDownload({ id: 'f1' }), null, at(0));
  await downloads.request(aDownload({ id: 'f2', status: 'completed', media_key: 'media/f2/1' }), null, at(0));
  expect(await call('/downloads/f1/file')).toMatchObject({ status: 409, body: { code: 'not_ready' } });
  const { status, headers } = await call('/downloads/f2/file', { headers: { 'x-viewer-host': 'phone:8000' } });
  expect([status, headers.get('location')]).toEqual([302, 'http://phone:8000/media/f2/1']);
});

test('a deleted download is gone', async () => {
  const { body } = await post({ url: 'https://example.com/clip.mp4' });
  const { id } = body as { id: string };
  expect((await call(`/downloads/${id}`, { method: 'DELETE' })).status).toBe(204);
  expect((await call(`/downloads/${id}`)).status).toBe(404);
});

test('the same Idempotency-Key gives the same answer; with another body it is a conflict', async () => {
  const headers = { 'idempotency-key': 'abc' };
  const first = await post({ url: 'https://example.com/1' }, { headers });
  const again = await post({ url: 'https://example.com/1' }, { headers });
  expect(again).toMatchObject({ status: 202, body: first.body });
  const other = await post({ url: 'https://example.com/2' }, { headers });
  expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_conflict' } });
});

test('a batch answers for each URL: one that is refused does not hold up the others', async () => {
  const urls = ['https://example.com/b1', 'nonsense', 'http://127.0.0.1/x', 'https://example.com/b2'];
  const send = () =>
    call('/downloads/batch', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'batch-1' },
      body: JSON.stringify({ urls }),
    });
  const { status, body } = await send();
  expect(status).toBe(200);
  expect(body).toMatchObject({
    results: [
      { url: urls[0], status: 202, download: { status: 'pending', url: urls[0] } },
      { status: 400, problem: { code: 'invalid_request', errors: [{ field: 'url', code: 'url_invalid' }] } },
      { status: 400, problem: { errors: [{ code: 'url_private' }] } },
      { status: 202 },
    ],
  });
  expect((await send()).body).toEqual(body);
  for (const bad of [
    { urls: [] },
    { urls: Array(101).fill('https://example.com/a') },
    { urls: 'https://example.com' },
  ]) {
    const headers = { 'content-type': 'application/json' };
    const answer = await call('/downloads/batch', { method: 'POST', headers, body: JSON.stringify(bad) });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  }
});

test('a download is controlled by POST, and a status that does not allow it is a 409', async () => {
  const { body } = await post({ url: 'https://example.com/clip.mp4' });
  const { id } = body as { id: string };
  const control = (name: string) => call(`/downloads/${id}/${name}`, { method: 'POST' });
  expect(await control('pause')).toMatchObject({ status: 200, body: { status: 'paused' } });
  expect(await control('resume')).toMatchObject({ status: 200, body: { status: 'pending' } });
  expect(await control('cancel')).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  expect(await control('pause')).toMatchObject({
    status: 409,
    body: { code: 'wrong_status', detail: 'status: cancelled' },
  });
  expect(await control('retry')).toMatchObject({ status: 200, body: { status: 'pending' } });
  expect(await call('/downloads/none/pause', { method: 'POST' })).toMatchObject({ status: 404 });
  expect(await call('/downloads?status=pending', { method: 'DELETE' })).toMatchObject({ status: 400 });
  expect(await call('/downloads', { method: 'DELETE' })).toMatchObject({ status: 400 });
});

test('a URL is inspected without anything being stored, and what cannot be seen says why', async () => {
  const inspect = (url: string) =>
    call('/downloads/inspect', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url }),
    });
  expect(await inspect('https://example.com/a.mp4')).toMatchObject({
    status: 200,
    body: { source: 'direct', title: 'a.mp4' },
  });
  expect(await inspect('https://example.com/gone')).toMatchObject({
    status: 422,
    body: { code: 'not_inspectable', errors: [{ field: 'url', code: 'source_not_found' }] },
  });
  expect(await inspect('http://127.0.0.1/a')).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('a list takes its limits and refuses others by field', async () => {
  expect(await call('/downloads?limit=2')).toMatchObject({ status: 200, body: { downloads: expect.any(Array) } });
  for (const query of ['limit=0', 'limit=101', 'limit=many', 'status=lost']) {
    expect(await call(`/downloads?${query}`), query).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  }
});

test('the API answers only through the site, except for its health', async () => {
  expect(await call('/downloads', { headers: { 'x-origin-key': 'guess' } })).toMatchObject({ status: 403 });
  expect(await call('/health', { headers: { 'x-origin-key': '' } })).toMatchObject({
    status: 200,
    body: { status: 'ok', version: '1.2.3' },
  });
});

test('where there is an access token, writes need it and reads do not', async () => {
  const closed = api({ token: 'secret' });
  expect((await post({ url: 'https://example.com/1' }, { api: closed })).status).toBe(401);
  expect(
    (await post({ url: 'https://example.com/1' }, { api: closed, headers: { authorization: 'Bearer guess' } })).status,
  ).toBe(401);
  expect(
    (await post({ url: 'https://example.com/1' }, { api: closed, headers: { authorization: 'Bearer secret' } })).status,
  ).toBe(202);
  expect((await call('/downloads', { api: closed })).status).toBe(200);
});

test('OpenAPI 3.1 describes every route of the contract', async () => {
  const { body } = await call('/openapi.json');
  const { openapi, paths, components } = body as {
    openapi: string;
    paths: Record<string, Record<string, unknown>>;
    components: { schemas: object };
  };
  expect(openapi).toBe('3.1.0');
  for (const { method, path } of routes) expect(paths[path]?.[method], `${method} ${path}`).toBeDefined();
  expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Download', 'Problem', 'DownloadRequest']));
});

test('the docs page brings its own script and forbids all others', async () => {
  const { headers, body } = await call('/docs');
  expect(body).toContain('/assets/rapidoc-min.js');
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
});

test('AsyncAPI 3.0 names the host its viewer knows, in the protocols of the site', async () => {
  const { status, body } = await call('/asyncapi.json', { headers: { 'x-viewer-host': 'phone:8000' } });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    asyncapi: '3.0.0',
    info: { version: '1.2.3' },
    servers: { websocket: { host: 'phone:8000', protocol: 'ws' }, stream: { host: 'phone:8000', protocol: 'http' } },
    channels: { queue: { address: '/ws/queue' } },
  });
});

test('the page about real time runs no script and takes a hostile host for text', async () => {
  const { headers, body } = await call('/docs/realtime', { headers: { 'x-viewer-host': '<script>alert(1)</script>' } });
  expect(headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
  expect(body).toContain('/ws/downloads/{id}');
  expect(body).not.toContain('<script');
});
