import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import type { Notification } from '../../contract/notification.ts';
import { transact } from '../../src/aws/transact.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { eventCounter } from '../../src/events/counters/table.ts';
import { eventsTable } from '../../src/events/table.ts';
import { broadcast } from '../../src/live/broadcast.ts';
import { broadcastLease } from '../../src/live/broadcast-lease/table.ts';
import { wakeBroadcaster, type BroadcastStart } from '../../src/live/wake-broadcaster.ts';
import { openSnapshots } from '../../src/snapshots/open-snapshots.ts';
import { snapshotsTable, snapshotWrite } from '../../src/snapshots/table.ts';
import { aDownload } from '../support/a-download.ts';
import { anEvent } from '../support/an-event.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { eventually } from '../support/listeners.ts';
import { someTables } from '../support/tables.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(() => Promise.all(stops.map((stop) => stop())));
const ownTables = async () => {
  const tables = await someTables();
  stops.push(() => tables.stop());
  return tables;
};
const counted = (told: Notification, name: string) =>
  told.type === 'queue_update' || told.type === 'stats_update'
    ? new Map(Object.entries(told.data)).get(name)
    : undefined;

/** Broadcasters on real tables and a real clock; each is stopped by leaving it without watchers, or by its function's time. */
async function aStage() {
  const tables = await ownTables();
  const clock = {
    get now() {
      return new Date();
    },
  };
  const world = aLiveWorld(tables, clock);
  const started: BroadcastStart[] = [];
  const app = {
    ...world.app,
    ...openSnapshots(tables.db, tables.names, world.app.now),
    eventCount: eventCounter(tables.db, tables.names.events),
    lease: broadcastLease(tables.db, tables.names.downloads),
    snapshots: snapshotsTable(tables.db, tables.names.downloads),
    storeWrite: snapshotWrite.bind(null, tables.names.downloads),
    start: async (input: BroadcastStart) => void started.push(input),
  };
  const join = async (id: string, ...channels: Parameters<typeof world.open>[1]) => {
    await world.greet([await world.open(id, channels, new Date())]);
    return { heard: (type: Notification['type']) => world.heard(id).filter((told) => told.type === type) };
  };
  const run = (input: BroadcastStart = { woken: true }, remaining = () => 300_000) => {
    const ended = broadcast(app, input, remaining);
    return { ended, stop: () => Promise.all(everybody.map((id) => world.app.connections.close(id))) };
  };
  const everybody = ['w1', 'w2', 'w3'];
  const request = (id: string, changes = {}) =>
    downloadsTable(tables.db, tables.names).request(aDownload({ id, ...changes }), null, new Date());
  return { ...world, tables, app, started, join, run, request };
}

describe.concurrent('the broadcaster', () => {
  test('tells queue and stats when they change, and only then', async ({ expect }) => {
    const stage = await aStage();
    const queue = await stage.join('w1', 'queue');
    const stats = await stage.join('w2', 'stats');
    const { ended, stop } = stage.run();
    await eventually(() => queue.heard('queue_update').find((told) => counted(told, 'pending') === 0));
    await sleep(1_500);
    const before = queue.heard('queue_update').length;
    await sleep(1_000);
    expect(queue.heard('queue_update')).toHaveLength(before);
    await stage.request('a');
    await eventually(() => queue.heard('queue_update').find((told) => counted(told, 'pending') === 1));
    await eventually(() => stats.heard('stats_update').find((told) => counted(told, 'pending_downloads') === 1));
    await stop();
    await ended;
  });

  test('tells who named a download its place in the queue, also when the totals stay the same', async ({ expect }) => {
    const stage = await aStage();
    await stage.request('first', { created_at: '2026-11-23T10:00:00.000Z' });
    await stage.request('second', { created_at: '2026-11-23T10:00:01.000Z' });
    const mine = await stage.join('w1', { channel: 'queue', downloadId: 'second' });
    const others = await stage.join('w2', 'queue');
    const { ended, stop } = stage.run();
    const place = (told: Notification) => (told.type === 'queue_update' ? told.data.queue_position : undefined);
    await eventually(() => mine.heard('queue_update').find((told) => place(told) === 2));
    await downloadsTable(stage.tables.db, stage.tables.names).remove('first', new Date());
    await stage.request('third', { created_at: '2026-11-23T10:00:02.000Z' });
    await eventually(() => mine.heard('queue_update').find((told) => place(told) === 1));
    expect(others.heard('queue_update').map(place)).not.toContain(1);
    await stop();
    await ended;
  });

  test('shows the dashboard each 3 s; two broadcasters at once do not tick twice; a hand-over leaves no hole', async ({
    expect,
  }) => {
    const stage = await aStage();
    const dashboard = await stage.join('w1', 'dashboard');
    let left = 300_000;
    const first = stage.run({ woken: true }, () => left);
    await eventually(() => (dashboard.heard('dashboard_update').length > 1 ? true : undefined));
    const second = stage.run({ woken: true });
    await second.ended;
    await sleep(3_500);
    left = 40_000;
    const handover = await eventually(() => stage.started.find(({ predecessor }) => predecessor !== undefined));
    const third = stage.run(handover);
    await first.ended;
    await sleep(3_500);
    await third.stop();
    await third.ended;
    // The first two are the greeting's, the state and what the second look found; they come whenever they come.
    const ticks = dashboard.heard('dashboard_update').slice(2);
    const times = ticks.map((told) => Date.parse(String(told.timestamp)));
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(2);
    // Whoever takes over may begin with a tick of its own.
    expect(gaps.filter((gap) => gap <= 1_000).length).toBeLessThanOrEqual(1);
    for (const gap of gaps) expect(gap).toBeLessThan(5_500);
  }, 90_000);

  test('ends at once when its schedule finds nobody; soon when those who woke it have left', async ({ expect }) => {
    const stage = await aStage();
    const began = Date.now();
    await stage.run({}).ended;
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(await stage.app.lease.mayWake(new Date())).toBe(true);
    await stage.run({ woken: true }).ended;
    expect(Date.now() - began).toBeGreaterThan(4_000);
    expect(stage.started).toEqual([]);
  }, 60_000);

  test('tells presence when it changes: people, not connections', async ({ expect }) => {
    const stage = await aStage();
    const watcher = await stage.join('w1', 'events');
    const { ended, stop } = stage.run();
    await stage.join('w2', 'queue');
    const last = await eventually(() =>
      watcher.heard('presence').find((told) => told.type === 'presence' && told.data.connections === 2),
    );
    expect(last).toMatchObject({ data: { users_online: 2 } });
    await stop();
    await ended;
  });

  test('tells the number of events when it changes, and only then', async ({ expect }) => {
    const stage = await aStage();
    const watcher = await stage.join('w1', 'events');
    const { ended, stop } = stage.run();
    const totals = () =>
      watcher.heard('event_count').flatMap((told) => (told.type === 'event_count' ? [told.data.total] : []));
    await eventually(() => (totals().length > 1 ? true : undefined));
    await eventsTable(stage.tables.db, stage.tables.names).create(anEvent(), null, new Date());
    await eventually(() => (totals().at(-1) === 1 ? true : undefined));
    await sleep(2_500);
    expect(totals()).toEqual([0, 0, 1]);
    await stop();
    await ended;
  });

  test('shows nothing once another holds the lease', async ({ expect }) => {
    const stage = await aStage();
    const dashboard = await stage.join('w1', 'dashboard');
    const { ended } = stage.run();
    await eventually(() => (dashboard.heard('dashboard_update').length > 1 ? true : undefined));
    const thief = await stage.app.lease.take(null, new Date(Date.now() + 20_000));
    expect(thief).not.toBeNull();
    await ended;
    const heard = dashboard.heard('dashboard_update').length;
    const stored = await snapshotsTable(stage.tables.db, stage.tables.names.downloads).stored('dashboard');
    await sleep(3_500);
    expect(dashboard.heard('dashboard_update')).toHaveLength(heard);
    expect(await snapshotsTable(stage.tables.db, stage.tables.names.downloads).stored('dashboard')).toEqual(stored);
  }, 60_000);
});

test('a lease is one holder’s until it expires, is handed over, or is let go', async () => {
  const tables = await ownTables();
  const lease = broadcastLease(tables.db, tables.names.downloads);
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 23, 10, 0, seconds));
  const first = await lease.take(null, at(0));
  expect(first).not.toBeNull();
  expect(await lease.take(null, at(9))).toBeNull();
  expect(await lease.renew(first ?? '', at(9))).toBe(true);
  expect(await lease.take(null, at(18))).toBeNull();
  const second = await lease.take(first, at(18));
  expect(second).not.toBeNull();
  const write = { Put: { TableName: tables.names.downloads, Item: { pk: 'proof' } } };
  expect(await lease.renew(first ?? '', at(18), [write])).toBe(false);
  expect(await lease.take(null, at(29))).not.toBeNull();
  await lease.release(second ?? '');
  expect(await lease.take(null, at(30))).toBeNull();
  expect(
    (
      await transact(
        tables.db,
        [
          {
            ConditionCheck: {
              TableName: tables.names.downloads,
              Key: { pk: 'proof' },
              ConditionExpression: 'attribute_not_exists(pk)',
            },
          },
        ],
        'proof',
      )
    ).committed,
  ).toBe(true);
});

test('of many who come at once one wakes the broadcaster, and nobody while it holds its lease or for channels that it does not show', async () => {
  const tables = await ownTables();
  const lease = broadcastLease(tables.db, tables.names.downloads);
  const started: BroadcastStart[] = [];
  let now = new Date('2026-11-23T10:00:00Z');
  const wake = wakeBroadcaster({ lease, start: async (input) => void started.push(input), now: () => now });
  await Promise.all(['queue', 'stats', 'dashboard', 'events', 'queue'].map((channel) => wake(channel)));
  expect(started).toEqual([{ woken: true }]);
  now = new Date('2026-11-23T10:00:04Z');
  await Promise.all(['general', 'download:d1', 'logs:d1', 'admin', 'imports'].map((channel) => wake(channel)));
  expect(started).toHaveLength(1);
  await wake('dashboard');
  expect(started).toHaveLength(2);
  await lease.take(null, now);
  now = new Date('2026-11-23T10:00:08Z');
  await wake('dashboard');
  expect(started).toHaveLength(2);
});
