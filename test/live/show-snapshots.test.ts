import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DownloadStats, QueueStats } from '../../contract/snapshot.ts';
import { transact, type Write } from '../../src/aws/transact.ts';
import { showSnapshots } from '../../src/live/show-snapshots.ts';
import { type SnapshotKind, snapshotsTable, snapshotWrite } from '../../src/snapshots/table.ts';
import { at } from '../support/a-download.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let world: ReturnType<typeof aLiveWorld>;
beforeEach(async () => {
  tables = await someTables();
  world = aLiveWorld(tables);
});
afterEach(() => tables.stop());

const queueOf = (completed: number): QueueStats => ({
  pending: 0,
  downloading: 0,
  completed,
  failed: 0,
  paused: 0,
  cancelled: 0,
  total: completed,
  queue_position: null,
});
const statsOf = (completed: number): DownloadStats => ({
  total_downloads: completed,
  completed_downloads: completed,
  failed_downloads: 0,
  pending_downloads: 0,
  downloads_today: 0,
  downloads_this_week: 0,
  downloads_this_month: 0,
  total_storage_used: 0,
  average_download_time: 0,
});

/** A broadcaster that holds its lease, of a system in which downloads complete when the test says so. */
function aShow(meanwhile: (kind: SnapshotKind) => Promise<void> = async () => undefined) {
  let completed = 0;
  const snapshots = snapshotsTable(tables.db, tables.names.downloads);
  const show = showSnapshots(
    {
      ...world.app,
      lease: {
        take: async () => 'token',
        renew: async (_token, _now, alongside: Write[] = []) =>
          alongside.length === 0 || (await transact(tables.db, alongside, randomUUID())).committed,
        release: async () => undefined,
        mayWake: async () => false,
      },
      presence: async () => ({ users_online: 1, active_connections: 1 }),
      eventCount: async () => 0,
      build: {
        changes: async () => String(completed),
        queue: async () => queueOf(completed),
        stats: async () => statsOf(completed),
        dashboard: async () => Promise.reject(new Error('nobody asked')),
      },
      snapshots: {
        stored: async (kind) => {
          const stored = await snapshots.stored(kind);
          await meanwhile(kind);
          return stored;
        },
      },
      storeWrite: snapshotWrite.bind(null, tables.names.downloads),
    },
    'token',
  );
  return {
    snapshots,
    complete: () => {
      completed += 1;
    },
    look: async (...watched: ('queue' | 'stats')[]) => {
      await show.look(new Set(watched));
      await show.settled();
    },
  };
}

test('who begins to watch the stats is shown what changed while only the queue was watched', async () => {
  const show = aShow();
  await world.join('one', 'stats');
  await show.look('queue', 'stats');
  world.forget();
  show.complete();
  // Of the listener that has come the census does not know yet.
  await show.look('queue');
  await show.look('queue', 'stats');
  expect(world.heard('one')).toMatchObject([{ type: 'stats_update', data: { completed_downloads: 1 } }]);
  await show.look('queue', 'stats');
  expect(world.heard('one')).toHaveLength(1);
});

test('what a stream has told already does not become new by being shown', async () => {
  const show = aShow();
  const told = await show.snapshots.refresh('queue', queueOf(0), at(1), null);
  await world.join('one', 'queue');
  world.forget();
  await show.look('queue');
  expect(world.types('one')).toEqual(['queue_update']);
  expect(await show.snapshots.stored('queue')).toMatchObject({ seq: told!.seq });
});

test('when a stream is the first to keep what has changed, it is shown all the same and kept once', async () => {
  let reads = 0;
  const show = aShow(async (kind) => {
    reads += 1;
    if (reads === 2) await show.snapshots.refresh(kind, queueOf(1), at(2), await show.snapshots.stored('queue'));
  });
  await world.join('one', 'queue');
  await show.look('queue');
  const before = await show.snapshots.stored('queue');
  show.complete();
  await show.look('queue');
  expect(world.heard('one').at(-1)).toMatchObject({ data: { completed: 1 } });
  expect(await show.snapshots.stored('queue')).toMatchObject({ seq: before!.seq + 1, data: { completed: 1 } });
});
