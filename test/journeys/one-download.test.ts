import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { eventually, handshakeStatus, listen, readStream } from '../support/listeners.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const MB = 1024 * 1024;

test('64 MB go from POST to the file, heard by WebSocket and SSE, and arrive unchanged', async () => {
  const app = client(stack.appUrl);
  const size = 64 * MB;
  const url = origin.clip(`size=${size}&seed=7&rate=${MB / 4}`, '/media/Recife%20%C3%A0%20noite.mp4');
  const download = await app.request(url);
  const socket = await listen(stack.appUrl, download.ws);
  const reading = readStream(`${stack.appUrl}${download.stream}`);
  const progressHeard = () => socket.heard.map(({ data }) => Number((data as { progress?: number })?.progress));
  await eventually(() => (progressHeard().filter((value) => value > 0).length >= 3 ? true : undefined));
  origin.hurry(url);
  const stream = await reading;
  await socket.until(({ data }) => (data as { status?: string })?.status === 'completed');
  socket.close();

  expect(socket.heard[0]).toMatchObject({ type: 'connection_established', download_id: download.id });
  const updates = socket.heard.slice(1).toSorted((a, b) => Number(a['seq']) - Number(b['seq']));
  const progress = updates.map(({ data }) => (data as { progress: number }).progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.filter((value) => value > 0 && value < 100).length).toBeGreaterThanOrEqual(3);
  expect(updates.at(-1)).toMatchObject({
    type: 'download_update',
    download_id: download.id,
    data: { progress: 100, status: 'completed', title: 'Recife à noite.mp4', file_size: size, format: 'mp4' },
    timestamp: expect.stringMatching(/Z$/),
  });

  expect(stream.contentType).toContain('text/event-stream');
  const types = stream.events.map(({ data }) => data.type);
  expect(types[0]).toBe('connection_established');
  expect(new Set(types.slice(1, -1))).toEqual(new Set(['progress_update']));
  expect(stream.events.at(-1)?.data).toMatchObject({ type: 'download_completed', message: 'Download concluído' });
  const ids = stream.events.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));

  const file = await app.file(download.id);
  expect(file).toMatchObject({ status: 200, bytes: size, sha256: contentSha256(size, 7) });
  expect(file.headers.get('content-disposition')).toContain("filename*=UTF-8''Recife%20%C3%A0%20noite.mp4");
});

test('a listener that comes late hears the end at once; one that has heard it is told there is no more', async () => {
  const app = client(stack.appUrl);
  const { id, ws, stream } = await app.request(origin.clip('size=1000&seed=2'));
  await app.ended(id);
  const socket = await listen(stack.appUrl, ws);
  await socket.until(({ data }) => (data as { status?: string })?.status === 'completed');
  socket.close();
  const late = await readStream(`${stack.appUrl}${stream}`);
  expect(late.events.map(({ data }) => data.type)).toEqual(['connection_established', 'download_completed']);
  expect(await readStream(`${stack.appUrl}${stream}`, { lastEventId: late.events.at(-1)!.id })).toMatchObject({
    status: 204,
  });
});

test('a stream that breaks is resumed where it was, missing and repeating nothing', async () => {
  const app = client(stack.appUrl);
  const url = origin.clip(`size=${4 * MB}&rate=${MB / 16}`);
  const { id, stream } = await app.request(url);
  const first = await readStream(`${stack.appUrl}${stream}`, { enough: 4 });
  origin.hurry(url);
  const rest = await readStream(`${stack.appUrl}${stream}`, { lastEventId: first.events.at(-1)!.id });
  const types = rest.events.map(({ data }) => data.type);
  expect(types).not.toContain('connection_established');
  expect(types.at(-1)).toBe('download_completed');
  expect(rest.events[0]!.id).toBeGreaterThan(first.events.at(-1)!.id);
  expect((await app.ended(id)).status).toBe('completed');
});

test('each kind of bad source ends as failed, with its code and a sentence', async () => {
  const app = client(stack.appUrl);
  const cases = {
    'status=404': 'source_not_found',
    'status=500': 'source_unavailable',
    'type=text/html&size=500': 'source_not_media',
    'size=0': 'source_empty',
    'size=500000&disconnect=100000': 'source_interrupted',
  };
  for (const [query, code] of Object.entries(cases)) {
    const { id } = await app.request(origin.clip(query));
    const ended = await app.ended(id);
    expect(ended, query).toMatchObject({
      status: 'failed',
      error_code: code,
      error_message: expect.stringMatching(/\.$/),
    });
    expect(await app.file(id), query).toMatchObject({ status: 409 });
  }
});

test('a deleted download stops, its listeners are told, and its file is gone', async () => {
  const app = client(stack.appUrl);
  const { id, ws } = await app.request(origin.clip(`size=${64 * MB}&rate=${MB / 16}&seed=9`));
  const socket = await listen(stack.appUrl, ws);
  await socket.until(({ data }) => (data as { status?: string })?.status === 'downloading');
  expect((await fetch(`${stack.appUrl}/downloads/${id}`, { method: 'DELETE' })).status).toBe(204);
  await socket.until(({ data }) => (data as { error_code?: string })?.error_code === 'deleted');
  socket.close();
  expect((await fetch(`${stack.appUrl}/downloads/${id}`)).status).toBe(404);
  await eventually(() => (origin.busy() === 0 ? true : undefined));
});

test('only paths that exist are answered', async () => {
  const { id } = await client(stack.appUrl).request(origin.clip('size=10'));
  expect(await handshakeStatus(stack.appUrl, `/ws/downloads/${id}`)).toBe(101);
  expect(await handshakeStatus(stack.appUrl, '/ws/downloads/no-such-download')).toBe(404);
  expect(await handshakeStatus(stack.appUrl, '/ws/nothing')).toBe(404);
  expect(await handshakeStatus(stack.appUrl, `/ws/downloads/${id}/more`)).toBe(404);
  expect((await fetch(`${stack.appUrl}/ws/downloads/${id}`)).status).toBe(426);
  expect((await readStream(`${stack.appUrl}/downloads/none/stream`)).status).toBe(404);
  expect((await fetch(`${stack.appUrl}/api/v1/nothing`)).status).toBe(404);
  expect((await fetch(`${stack.appUrl}/health`)).status).toBe(200);
});

test('a client may ping, and whatever it says the connection stays open', async () => {
  const { ws } = await client(stack.appUrl).request(origin.clip('size=10'));
  const socket = await listen(stack.appUrl, ws);
  await socket.until(({ type }) => type === 'connection_established');
  socket.send('not json');
  socket.send(JSON.stringify({ type: 'ping', timestamp: 42 }));
  expect(await socket.until(({ type }) => type === 'error')).toMatchObject({ code: 'unknown_message' });
  expect(await socket.until(({ type }) => type === 'pong')).toMatchObject({ timestamp: 42 });
  socket.close();
});
