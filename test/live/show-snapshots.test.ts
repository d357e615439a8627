import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DownloadStats, QueueStats } from '../../contract/snapshot.ts';
import { showSnapshots } from '../../src/live/show-snapshots.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
beforeAll(async () => {
  tables = await someTables();
});
afterAll(() => tables.stop());

/** A broadcaster on real connections, of a system in which downloads complete when the test says so. */
function aShow(world: ReturnType<typeof aLiveWorld>) {
  let completed = 0;
  const show = showSnapshots(
    {
      ...world.app,
      lease: {
        take: async () => 'token',
        renew: async () => true,
        release: async () => undefined,
        mayWake: async () => false,
      },
      presence: async () => ({ users_online: 1, active_connections: 1 }),
      build: {
        changes: async () => String(completed),
        queue: async () => ({ completed, queue_position: null }) as QueueStats,
        stats: async () => ({ completed_downloads: completed }) as DownloadStats,
        dashboard: async () => Promise.reject(new Error('nobody asked')),
      },
      storeWrite: () => ({}),
    },
    'token',
  );
  return {
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
  const world = aLiveWorld(tables);
  const show = aShow(world);
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
