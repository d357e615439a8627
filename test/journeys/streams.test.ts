import { afterAll, beforeAll, expect, test } from 'vitest';
import { snapshotStreamEvent } from '../../contract/stream-event.ts';
import { client } from '../support/client.ts';
import { eventually, readStream, type StreamEvent } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

/** Short segments, so that a listener meets the end of several; a deployment has its own. */
const SEGMENT_SECONDS = deployedUrl === undefined ? 4 : 50;
const MB = 1024 * 1024;

let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  process.env['STREAM_SECONDS'] = String(SEGMENT_SECONDS);
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  delete process.env['STREAM_SECONDS'];
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const streamOf = (name: string) => `${stack.appUrl}/downloads/${name}/stream`;
const get = async (path: string) => (await fetch(`${stack.appUrl}${path}`)).json() as Promise<Record<string, unknown>>;

/** Listens as EventSource does: comes back with the last id whenever a segment ends, until a whole one after the end. */
async function listenAcrossSegments(url: string, ended: AbortSignal) {
  const events: StreamEvent[] = [];
  for (let segment = 0, last = false; segment < 4 || !last; segment += 1) {
    last = ended.aborted;
    const lastEventId = events.at(-1)?.id;
    const read = await readStream(url, lastEventId === undefined ? {} : { lastEventId });
    expect(read).toMatchObject({ status: 200, contentType: expect.stringContaining('text/event-stream') });
    for (const { data } of read.events) expect(snapshotStreamEvent.parse(data)).toEqual(data);
    events.push(...read.events);
  }
  return events;
}

test('three streams tell one truth across segments, missing and repeating nothing', async () => {
  const app = client(stack.appUrl);
  const before = await get('/downloads/stats');
  const ended = new AbortController();
  const names = ['queue', 'stats', 'dashboard'];
  const listening = Promise.all(names.map((name) => listenAcrossSegments(streamOf(name), ended.signal)));
  for (let n = 0; n < 6; n += 1) {
    const { id } = await app.request(origin.clip(`size=${MB}&seed=${n}`));
    await app.ended(id);
  }
  ended.abort();
  const [queue = [], stats = [], dashboard = []] = await listening;

  for (const events of [queue, stats, dashboard]) {
    const ids = events.map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
    expect(events.filter(({ data }) => data.type === 'connection_established')).toHaveLength(1);
  }
  expect(queue[0]?.data).toEqual({ type: 'connection_established', message: 'Conectado à fila' });
  expect(stats[0]?.data).toEqual({ type: 'connection_established', message: 'Conectado às estatísticas' });
  expect(dashboard[0]?.data).toEqual({ type: 'connection_established', message: 'Conectado ao dashboard' });
  expect(queue.at(-1)?.data).toEqual({ type: 'queue_update', ...(await get('/downloads/queue')) });
  expect(stats.at(-1)?.data).toEqual({ type: 'stats_update', ...(await get('/downloads/stats')) });
  expect(stats.at(-1)?.data).toMatchObject({ completed_downloads: Number(before['completed_downloads']) + 6 });
  const times = dashboard.slice(1).map(({ data }) => Date.parse(String(data['timestamp'])));
  const gaps = times.slice(1).map((time, n) => time - times[n]!);
  expect(times.length).toBeGreaterThanOrEqual((4 * SEGMENT_SECONDS) / 6);
  expect(Math.max(...gaps)).toBeLessThan(10_000);
}, 300_000);

test('a download in progress is in the dashboard with all its fields, and the same as over HTTP', async () => {
  const app = client(stack.appUrl);
  const { id } = await app.request(origin.clip(`size=${8 * MB}&seed=40&rate=${MB / 16}`));
  await eventually(async () => ((await app.get(id)).status === 'downloading' ? true : undefined));
  const { events } = await readStream(streamOf('dashboard'), { enough: 3 });
  const told = events.flatMap(({ data }) => (data['downloads_in_progress'] ?? []) as Record<string, unknown>[]);
  const own = told.filter((one) => one['id'] === id);
  expect(own.length).toBeGreaterThanOrEqual(1);
  expect(own.at(-1)).toMatchObject({ status: 'downloading', quality: 'best', started_at: expect.any(String) });
  const { downloads_in_progress: running } = await get('/downloads/dashboard');
  expect(running).toContainEqual(expect.objectContaining({ id }));
  expect((await fetch(`${stack.appUrl}/downloads/${id}`, { method: 'DELETE' })).status).toBe(204);
});

test('who names a download hears its place in the queue', async () => {
  const { id } = await client(stack.appUrl).request(origin.clip('size=10'));
  await client(stack.appUrl).ended(id);
  const { events } = await readStream(`${streamOf('queue')}?download_id=${id}`, { enough: 2 });
  expect(events[1]?.data).toMatchObject({ type: 'queue_update', queue_position: null });
  const bad = await readStream(`${streamOf('queue')}?download_id=a%20b`);
  expect(bad).toMatchObject({ status: 400, contentType: 'application/problem+json' });
});

test('an id to resume from that is not ours begins anew, and English is spoken to who asks', async () => {
  const response = await fetch(`${stack.appUrl}/api/v1/downloads/stats/stream`, {
    headers: { 'last-event-id': '<script>', 'accept-language': 'en' },
  });
  expect(response.headers.get('cache-control')).toContain('no-cache');
  const text = await response.text();
  expect(text).toMatch(/^retry: 1000\n\nid: 0\ndata: \{"type":"connection_established","message":"Connected to the/);
});

test('a missing download is a problem before any stream', async () => {
  for (const path of ['/downloads/none/stream', '/api/v1/downloads/queues/stream']) {
    const response = await fetch(`${stack.appUrl}${path}`);
    expect([response.status, response.headers.get('content-type')], path).toEqual([404, 'application/problem+json']);
    expect(await response.json()).toMatchObject({ code: 'download_not_found' });
  }
});

test('HEAD says what GET would, and pages of other origins may listen', async () => {
  const page = { origin: 'https://elsewhere.example' };
  for (const name of ['queue', 'stats', 'dashboard']) {
    const head = await fetch(streamOf(name), { method: 'HEAD', headers: page });
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(head.headers.get('access-control-allow-origin')).toBe('*');
  }
  const refused = await fetch(streamOf('none'), { headers: page });
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([404, '*']);
  const asked = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'last-event-id' };
  const preflight = await fetch(streamOf('queue'), { method: 'OPTIONS', headers: { ...page, ...asked } });
  expect(preflight.status).toBe(200);
  expect(preflight.headers.get('access-control-allow-headers')).toContain('last-event-id');
  expect((await fetch(streamOf('queue'), { method: 'POST' })).status).toBe(403);
});

test('the connections and the snapshots answer at the same address', async () => {
  expect(await get('/ws/connections')).toMatchObject({
    queue_connections: expect.any(Number),
    total: expect.any(Number),
  });
  const settled = await eventually(async () => {
    const queue = await get('/downloads/queue');
    return queue['downloading'] === 0 ? queue : undefined;
  });
  expect(await get('/downloads/dashboard')).toMatchObject({ queue_stats: settled });
});
