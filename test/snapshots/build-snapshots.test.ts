import { BatchWriteCommand, PutCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { dashboard, queueStats, downloadStats } from '../../contract/snapshot.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { changeDownload } from '../../src/downloads/change-download.ts';
import { controlDownload } from '../../src/downloads/control-download.ts';
import type { Download } from '../../src/downloads/download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { buildSnapshots } from '../../src/snapshots/build-snapshots.ts';
import { stateTable } from '../../src/snapshots/state/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { recordedRequests } from '../support/recorded-requests.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeEach(async () => {
  world = await someTables();
});
afterEach(() => world.stop());

const DAY = 24 * 60 * 60;
const downloads = () => downloadsTable(world.db, world.names);
const attempts = () => attemptsTable(world.db, world.names);
const state = (db: DynamoDBDocumentClient = world.db) => stateTable(db, world.names.downloads);
const snapshots = (now = at(100), table = state()) =>
  buildSnapshots({
    table,
    connections: () => Promise.resolve({ active_connections: 7, users_online: 3 }),
    now: () => now,
  });
const request = (id: string, changes: Partial<Download> = {}) =>
  downloads().request(aDownload({ id, ...changes }), null, at(0));
async function claim(id: string, seconds: number) {
  const claim = await attempts().claim(id, at(seconds));
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  return claim.attempt;
}
async function complete(id: string, from: number, to: number, bytes: number) {
  await attempts().complete(await claim(id, from), { bytes, media_key: `media/${id}` }, at(to));
}
const control = (id: string, what: 'pause' | 'cancel') =>
  controlDownload(
    { downloads: downloads(), queue: { send: async () => {} }, discard: async () => {}, now: () => at(50) },
    id,
    what,
    undefined,
  );
/** Many at once, as they would be after as many requests: their counters with them, their news left out. */
async function putAll(all: Download[]) {
  const items = all.flatMap((download) => changeDownload(world.names, null, download, at(0)).slice(0, 1));
  for (let start = 0; start < items.length; start += 25) {
    const requests = items.slice(start, start + 25).map(({ Put }) => ({ PutRequest: { Item: Put?.Item } }));
    await world.db.send(new BatchWriteCommand({ RequestItems: { [world.names.downloads]: requests } }));
  }
}
const pending = (n: number) =>
  aDownload({ id: `p${n}`, created_at: at(n / 1000).toISOString(), unsettled_since: null });

test('the numbers are exact after requests, progress, endings, controls and deletions', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) await request(id);
  await complete('a', 10, 20.2, 1000);
  await complete('b', 10, 15, 500);
  await complete('c', 10, 90, 70);
  await downloads().remove('c', at(95));
  await attempts().fail(await claim('d', 1), { code: 'source_not_found' }, at(2));
  const running = await claim('e', 3);
  await attempts().describe(running, { ...running.download, title: 'E', bytes_total: 200, duration: 30.5 }, at(4));
  await attempts().progress(running, { bytes_downloaded: 151, speed: 10, eta: 4.9 }, at(5));
  await control('f', 'pause');
  await control('g', 'cancel');

  const queue = { pending: 1, downloading: 1, completed: 2, failed: 1, paused: 1, cancelled: 1, total: 7 };
  const stats = {
    total_downloads: 7,
    completed_downloads: 2,
    failed_downloads: 1,
    pending_downloads: 2,
    downloads_today: 8,
    downloads_this_week: 8,
    downloads_this_month: 8,
    total_storage_used: 1500,
    average_download_time: 7.6,
  };
  expect(await snapshots().queue()).toEqual({ ...queue, queue_position: null });
  expect(await snapshots().queue('h')).toEqual({ ...queue, queue_position: 1 });
  expect(await snapshots().stats()).toEqual(stats);
  await state().startedAt(at(-3600));
  expect(await snapshots().dashboard()).toEqual({
    downloads_in_progress: [
      {
        id: 'e',
        url: 'https://example.com/clip.mp4',
        title: 'E',
        thumbnail: 'http://localhost:8000/thumbnail.svg',
        progress: 75.5,
        status: 'downloading',
        duration: 30.5,
        quality: 'best',
        file_size: null,
        format: null,
        started_at: at(3).toISOString(),
        phase: 'downloading',
        speed: 10,
        eta: 4.9,
      },
    ],
    downloads_in_progress_total: 1,
    queue_stats: { ...queue, queue_position: null },
    system_stats: { ...stats, active_connections: 7, users_online: 3, system_uptime: 3700 },
    timestamp: at(100).toISOString(),
  });
});

test('an empty system has zeros everywhere', async () => {
  expect(new Set(Object.values(queueStats.parse(await snapshots().queue())))).toEqual(new Set([0, null]));
  expect(new Set(Object.values(downloadStats.parse(await snapshots().stats())))).toEqual(new Set([0]));
  expect(dashboard.parse(await snapshots().dashboard())).toMatchObject({
    downloads_in_progress: [],
    downloads_in_progress_total: 0,
  });
});

test('a snapshot costs the same requests and items with 100 downloads on record as with 2,000', async () => {
  const costs = async () => {
    const { db, requests } = recordedRequests(world.db);
    const table = state(db);
    const count = async (build: () => Promise<unknown>) => {
      requests.length = 0;
      await build();
      return requests.toSorted();
    };
    return {
      queue: await count(() => snapshots(at(0), table).queue()),
      stats: await count(() => snapshots(at(0), table).stats()),
      dashboard: await count(() => snapshots(at(0), table).dashboard()),
      changes: await count(() => snapshots(at(0), table).changes()),
    };
  };
  for (let n = 0; n < 90; n += 1) await request(`r${n}`);
  for (let n = 0; n < 10; n += 1) await claim(`r${n}`, 1);
  await putAll(Array.from({ length: 10 }, (_, n) => pending(n)));
  const few = await costs();
  await putAll(
    Array.from({ length: 1900 }, (_, n) => ({
      ...pending(n + 10),
      status: (['pending', 'completed', 'failed'] as const)[n % 3]!,
    })),
  );
  expect(await costs()).toEqual(few);
  expect(few.queue).toEqual(['BatchGetCommand 4']);
  expect(few.stats).toEqual(['BatchGetCommand 4']);
  expect(few.changes).toEqual(['BatchGetCommand 4']);
  expect(few.dashboard).toHaveLength(1 + 8 + 1 + 1);
}, 60_000);

test('the position counts those asked for before it, exactly to 1,000', async () => {
  await putAll(Array.from({ length: 1100 }, (_, n) => pending(n)));
  const { db, requests } = recordedRequests(world.db);
  const position = (n: number) => state(db).position(`p${n}`);
  expect(await position(0)).toEqual({ queue_position: 1 });
  expect(await position(1)).toEqual({ queue_position: 2 });
  expect(await position(999)).toEqual({ queue_position: 1000 });
  const far = { queue_position: null, queue_position_at_least: 1000 };
  expect(await position(1000)).toEqual(far);
  expect(await position(1099)).toEqual(far);
  expect(requests).toHaveLength(5 * 9);
}, 60_000);

test('what does not wait has no position, and one ahead that is paused or deleted no longer counts', async () => {
  for (const [n, id] of ['first', 'second', 'third', 'last'].entries()) {
    await request(id, { created_at: at(n).toISOString() });
  }
  expect(await snapshots().queue('last')).toMatchObject({ queue_position: 4 });
  await claim('first', 20);
  await control('second', 'pause');
  await downloads().remove('third', at(30));
  expect(await snapshots().queue('last')).toMatchObject({ queue_position: 1 });
  for (const id of ['first', 'second', 'third', 'unknown', '../counters', '']) {
    expect(await snapshots().queue(id), id).toMatchObject({ queue_position: null });
  }
});

test('days are days of UTC: today, the last 7 and the last 30 with today', async () => {
  const midnight = Date.parse('2026-11-24T00:00:00.000Z');
  const ago = [0.001, 1, 6 * DAY, 6 * DAY + 1, 29 * DAY, 29 * DAY + 1];
  for (const [n, seconds] of ago.entries()) {
    await request(`d${n}`, { created_at: new Date(midnight - seconds * 1000).toISOString() });
  }
  const windows = async (time: number) => {
    const { downloads_today, downloads_this_week, downloads_this_month } = await snapshots(new Date(time)).stats();
    return [downloads_today, downloads_this_week, downloads_this_month];
  };
  const before = await snapshots(new Date(midnight - 1)).changes();
  expect(await windows(midnight - 1)).toEqual([2, 4, 6]);
  expect(await windows(midnight)).toEqual([0, 3, 5]);
  expect(await snapshots(new Date(midnight)).changes()).not.toBe(before);
  expect(await windows(midnight + 60 * DAY * 1000)).toEqual([0, 0, 0]);
});

test('changes stay the same through mere progress and change with each counted change', async () => {
  await request('c1');
  const attempt = await claim('c1', 1);
  const before = await snapshots().changes();
  await attempts().progress(attempt, { bytes_downloaded: 5, speed: 1, eta: 1 }, at(2));
  expect(await snapshots().changes()).toBe(before);
  await attempts().fail(attempt, { code: 'source_not_found' }, at(3));
  expect(await snapshots().changes()).not.toBe(before);
});

test('a dashboard stays below 32 KB whatever titles and URLs it is given, oldest first, with the true number', async () => {
  const hostile = (n: number, title: string, url = 'https://example.com/a'): Download => ({
    ...aDownload({ id: `h${String(n).padStart(3, '0')}`, title, url, status: 'downloading', attempt: 't' }),
    created_at: at(n).toISOString(),
    started_at: at(n).toISOString(),
  });
  await putAll([
    hostile(0, 'ok'),
    hostile(1, '💾'.repeat(9000)),
    ...Array.from({ length: 150 }, (_, n) =>
      hostile(n + 2, '"\\\u0001é'.repeat(50), `https://e.com/${'é'.repeat(900)}`),
    ),
  ]);
  await world.db.send(
    new PutCommand({ TableName: world.names.downloads, Item: { pk: 'counters#0', downloading: 152 } }),
  );
  const snapshot = dashboard.parse(await snapshots().dashboard());
  const message = JSON.stringify({ type: 'dashboard_update', data: snapshot, timestamp: snapshot.timestamp });
  expect(Buffer.byteLength(message)).toBeLessThan(32_000);
  expect(Buffer.byteLength(message)).toBeGreaterThan(26_000);
  expect(snapshot.downloads_in_progress_total).toBe(152);
  const ids = snapshot.downloads_in_progress.map(({ id }) => id);
  expect(ids.slice(0, 3)).toEqual(['h000', 'h002', 'h003']);
  expect(ids).toEqual(ids.toSorted());
});

test('the system was started when somebody first looked, whoever looks later', async () => {
  expect(await state().startedAt(at(5))).toEqual(at(5));
  expect(await state().startedAt(at(9))).toEqual(at(5));
});
