import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CHANNEL_PATHS, CHANNELS } from '../../contract/channel.ts';
import { slugOf } from '../../contract/slug.ts';
import { edgeFunctionCode } from '../../lib/edge-function.ts';

type Value = { value: string; multiValue?: { value: string }[] };
type Request = { method: string; uri: string; querystring: Record<string, Value>; headers: Record<string, Value> };
type Refusal = { statusCode: number; statusDescription: string; body: { encoding: string; data: string } };

const handshake = { 'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' } };

function run(uri: string, given: Partial<Request> = {}): Request & Refusal {
  const headers = { host: { value: 'fasttrack.example' }, ...given.headers };
  const request = { method: 'GET', uri, querystring: {}, ...given, headers };
  const event = { version: '1.0', context: {}, viewer: { ip: '203.0.113.7' }, request };
  return runInContext(`${edgeFunctionCode()};handler(${JSON.stringify(event)})`, createContext({}));
}
const open = (uri: string, given: Partial<Request> = {}) =>
  run(uri, { ...given, headers: { ...handshake, ...given.headers } });

test.each(CHANNEL_PATHS)('/ws/$path becomes the query of channel $channel', ({ path, channel }) => {
  const { id } = CHANNELS[channel];
  const answer = open(id === 'none' ? `/ws/${path}` : `/ws/${path}/01jdc8z1q5-a`);
  // Not '/': CloudFront would turn that into its default root object, after this function and before the origin.
  expect(answer.uri).toBe('/prod');
  const idQuery = id === 'none' ? {} : { id: { value: '01jdc8z1q5-a' } };
  expect(answer.querystring).toEqual({ channel: { value: channel }, ...idQuery });
});

test('a channel without an id takes none', () => {
  expect(open('/ws/queue').querystring).toEqual({ channel: { value: 'queue' } });
  expect(open('/ws/queue/x').statusCode).toBe(404);
  expect(open('/ws/queue/').statusCode).toBe(404);
  expect(open('/ws/eventos/outro').statusCode).toBe(404);
  expect(open('/ws/eventos/progresso').querystring).toEqual({ channel: { value: 'imports' } });
});

test.each([
  'arquivo1',
  'Programação de São João.csv',
  'ÇÃÉ — ü',
  '  espaços  ',
  'a'.repeat(80),
  `${'a'.repeat(63)}é!`,
  '../..',
  '日本',
])('the name of an import %j is slugged as the API does it', (name) => {
  const slug = slugOf(name);
  const answer = open(`/ws/upload/${encodeURIComponent(name)}`);
  if (slug === null) expect(answer.statusCode).toBe(404);
  else expect(answer.querystring).toEqual({ channel: { value: 'import' }, id: { value: slug } });
});

test('a name that is no text has no channel', () => {
  expect(open('/ws/upload/%ff').statusCode).toBe(404);
  expect(open('/ws/upload/a/b').statusCode).toBe(404);
});

test.each([
  '/ws/',
  '/ws/downloads',
  '/ws/downloads/',
  '/ws/downloads/a/',
  '/ws/downloads/a/b',
  '/ws//a',
  '/ws/downloads//a',
  '/ws/DOWNLOADS/a',
  '/ws/connections/',
  '/ws/connections/a',
  '/ws/nothing/a',
  '/ws/__proto__/a',
  '/ws/constructor/a',
  '/ws/hasOwnProperty/a',
  '/ws/downloads/..',
  '/ws/downloads/%2e%2e',
  '/ws/downloads/a%2Fb',
  '/ws/downloads/a%0d%0aX-Evil:1',
  '/ws/downloads/a\nb',
  '/ws/downloads/a b',
  '/ws/downloads/á',
  `/ws/downloads/${'a'.repeat(65)}`,
])('a handshake on %j is refused as not found', (uri) => {
  expect(open(uri)).toMatchObject({ statusCode: 404, body: { encoding: 'text' } });
});

test('what is no handshake is told to upgrade', () => {
  expect(run('/ws/downloads/a')).toMatchObject({ statusCode: 426, statusDescription: 'Upgrade Required' });
  expect(run('/ws/nothing')).toMatchObject({ statusCode: 426 });
});

test('a client cannot choose the channel by query, however it is written, and the rest of its query stays', () => {
  const hostile = { value: 'admin', multiValue: [{ value: 'admin' }, { value: 'stats' }] };
  const names = ['channel', 'id', 'chann%65l', '%63hannel', 'i%64', '%69d', '%', 'channel%'];
  const querystring = { ...Object.fromEntries(names.map((name) => [name, hostile])), token: { value: 't%20' } };
  expect(open('/ws/downloads/a', { querystring }).querystring).toEqual({
    channel: { value: 'download' },
    id: { value: 'a' },
    token: { value: 't%20' },
  });
});

test.each(['/downloads', '/downloads/a/stream', '/ws/connections', '/health'])(
  'on %s the origin hears who the viewer really is, and nothing else changes',
  (uri) => {
    const querystring = { channel: { value: 'kept' }, id: { value: 'kept' } };
    const forged = {
      'x-viewer-ip': { value: '127.0.0.1' },
      'x-viewer-host': { value: 'evil.example' },
      'x-origin-key': { value: 'guess', multiValue: [{ value: 'guess' }, { value: 'again' }] },
      accept: { value: '*/*' },
    };
    expect(run(uri, { method: 'POST', querystring, headers: forged })).toEqual({
      method: 'POST',
      uri,
      querystring,
      headers: {
        host: { value: 'fasttrack.example' },
        'x-viewer-ip': { value: '203.0.113.7' },
        'x-viewer-host': { value: 'fasttrack.example' },
        accept: { value: '*/*' },
      },
    });
  },
);

test('a handshake too says who the viewer is', () => {
  expect(open('/ws/downloads/a', { headers: { 'x-viewer-ip': { value: '10.0.0.1' } } }).headers).toMatchObject({
    'x-viewer-ip': { value: '203.0.113.7' },
    'x-viewer-host': { value: 'fasttrack.example' },
  });
});

test('the code fits into CloudFront: 10 KB of plain ASCII', () => {
  const code = edgeFunctionCode();
  expect(Buffer.byteLength(code)).toBeLessThanOrEqual(10 * 1024);
  expect(code).toMatch(/^[\n -~]*$/);
});
