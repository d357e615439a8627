import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadHistory } from '../../contract/download-history.ts';
import { connectionCounts, dashboard, downloadStats, queueStats } from '../../contract/snapshot.ts';
import { listening, somebody } from '../support/connection-rows.ts';
import { anApi, ORIGIN_KEY } from '../support/an-api.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeEach(async () => {
  world = await someTables();
});
afterEach(() => world.stop());

async function call(path: string, init: { method?: string; body?: string } = {}) {
  const headers = { 'x-origin-key': ORIGIN_KEY, 'content-type': 'application/json' };
  const response = await anApi(world).request(path, { ...init, headers });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : (JSON.parse(text) as Record<string, unknown>) };
}
const request = async () => {
  const { body } = await call('/downloads', { method: 'POST', body: '{"url":"https://example.com/a.mp4"}' });
  return String(body?.['id']);
};

test('what was asked for a moment ago is in the next snapshot, at both addresses', async () => {
  const [first, second] = [await request(), await request()];
  const counts = { pending: 2, downloading: 0, completed: 0, failed: 0, paused: 0, cancelled: 0, total: 2 };
  const queue = await call('/downloads/queue');
  expect(queue).toEqual({ status: 200, body: { ...counts, queue_position: null } });
  expect(queueStats.parse(queue.body)).toEqual(queue.body);
  expect((await call(`/downloads/queue?download_id=${first}`)).body).toMatchObject({ queue_position: 1 });
  expect((await call(`/downloads/queue?download_id=${second}`)).body).toMatchObject({ queue_position: 2 });
  expect((await call('/downloads/queue?download_id=unknown')).body).toMatchObject({ queue_position: null });
  const stats = await call('/downloads/stats');
  expect(downloadStats.parse(stats.body)).toEqual(stats.body);
  expect(stats.body).toMatchObject({ total_downloads: 2, pending_downloads: 2, downloads_today: 2 });
  const whole = await call('/downloads/dashboard');
  expect(dashboard.parse(whole.body)).toEqual(whole.body);
  expect(whole.body).toMatchObject({ queue_stats: queue.body, system_stats: stats.body! });
  expect(await call('/api/v1/downloads/queue')).toEqual(queue);

  expect((await call(`/downloads/${first}/cancel`, { method: 'POST', body: '{}' })).status).toBe(200);
  expect((await call(`/downloads/${second}`, { method: 'DELETE' })).status).toBe(204);
  expect((await call('/downloads/queue')).body).toMatchObject({ pending: 0, cancelled: 1, total: 1 });
});

test('what was asked for a moment ago is in the last hour and day of the history, at both addresses', async () => {
  await Promise.all([request(), request(), request()]);
  const { status, body } = await call('/downloads/stats/history');
  expect(status).toBe(200);
  const { hours, days } = downloadHistory.parse(body);
  expect({ hours, days }).toEqual(body);
  // An hour may end while three requests are made.
  const requested = (spans: { requested: number }[]) => spans.slice(-2).reduce((sum, span) => sum + span.requested, 0);
  expect([requested(hours), requested(days)]).toEqual([3, 3]);
  expect((await call('/api/v1/downloads/stats/history')).status).toBe(200);
});

test('an id that cannot be one is refused by its field', async () => {
  expect(await call('/downloads/queue?download_id=%2e%2e%2f')).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ field: 'download_id' }] },
  });
});

test('HEAD is answered wherever GET is, and other methods are not', async () => {
  for (const path of [
    '/downloads/queue',
    '/downloads/stats',
    '/downloads/stats/history',
    '/downloads/dashboard',
    '/ws/connections',
  ]) {
    expect(await call(path, { method: 'HEAD' }), path).toEqual({ status: 200, body: null });
  }
  expect((await call('/downloads/queue', { method: 'DELETE' })).status).toBe(404);
  expect((await call('/ws/connections', { method: 'POST', body: '{}' })).status).toBe(405);
});

test("the seed's example of connections is answered exactly", async () => {
  const none = { download: 0, queue: 0, stats: 0, general: 0, dashboard: 0 };
  const told = (counts: Record<string, number>) => ({
    ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${name}_connections`, count])),
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
  });
  expect((await call('/ws/connections')).body).toEqual(told(none));
  const example = { download: 5, queue: 3, stats: 2, general: 1, dashboard: 8 };
  for (const [kind, count] of Object.entries(example)) await listening(world, kind, count);
  await listening(world, 'queue', 4, new Date(Date.now() - 1000));
  await listening(world, 'deltas', 2);
  const { body } = await call('/ws/connections');
  expect(body).toEqual({ ...told(example), total: 19 });
  expect(connectionCounts.parse(body)).toEqual(body);
  await listening(world, 'events', 2);
  expect((await call('/ws/connections')).body).toEqual(told({ ...example, events: 2 }));
});

test('people with many connections are counted once, whatever they call themselves', async () => {
  for (const [user, connections] of [
    ['ana', 3],
    ['ana#2', 1],
    ['#', 2],
    ['10.0.0.1', 1],
  ] as const) {
    await somebody(world, user, connections);
  }
  expect((await call('/downloads/dashboard')).body).toMatchObject({
    system_stats: { active_connections: 7, users_online: 4 },
  });
});

test('more connections than one page of an index holds are all counted', async () => {
  await somebody(world, 'x'.repeat(900), 1200);
  await listening(world, 'import', 9000);
  expect((await call('/ws/connections')).body).toMatchObject({ import_connections: 9000, total: 9000 });
  expect((await call('/downloads/dashboard')).body).toMatchObject({
    system_stats: { active_connections: 1200, users_online: 1 },
  });
}, 60_000);
