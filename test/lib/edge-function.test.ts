import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { CHANNEL_PATHS } from '../../contract/channel.ts';
import { edgeFunctionCode } from '../../lib/edge-function.ts';

type Value = { value: string; multiValue?: { value: string }[] };
type Request = { method: string; uri: string; querystring: Record<string, Value>; headers: Record<string, Value> };
type Refusal = { statusCode: number; statusDescription: string; body: { encoding: string; data: string } };

const handshake = { 'sec-websocket-key': { value: 'dGhlIHNhbXBsZSBub25jZQ==' } };

function run(uri: string, given: Partial<Request> = {}, code = edgeFunctionCode()): Request & Refusal {
  const headers = { host: { value: 'fasttrack.example' }, ...given.headers };
  const request = { method: 'GET', uri, querystring: {}, ...given, headers };
  const event = { version: '1.0', context: {}, viewer: { ip: '203.0.113.7' }, request };
  return runInContext(`${code};handler(${JSON.stringify(event)})`, createContext({}));
}
const open = (uri: string, given: Partial<Request> = {}) =>
  run(uri, { ...given, headers: { ...handshake, ...given.headers } });

test.each(CHANNEL_PATHS)('/ws/$segment becomes the query of channel $channel', ({ segment, channel, id }) => {
  const answer = open(id === 'required' ? `/ws/${segment}/01JDC8Z1Q5_-a` : `/ws/${segment}`);
  // Not '/': CloudFront would turn that into its default root object, after this function and before the origin.
  expect(answer.uri).toBe('/prod');
  const idQuery = id === 'required' ? { id: { value: '01JDC8Z1Q5_-a' } } : {};
  expect(answer.querystring).toEqual({ channel: { value: channel }, ...idQuery });
});

test('a channel without an id takes none', () => {
  const code = edgeFunctionCode([{ segment: 'queue', channel: 'queue', id: 'none' }]);
  expect(run('/ws/queue', { headers: handshake }, code).querystring).toEqual({ channel: { value: 'queue' } });
  expect(run('/ws/queue/x', { headers: handshake }, code).statusCode).toBe(404);
  expect(run('/ws/queue/', { headers: handshake }, code).statusCode).toBe(404);
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
