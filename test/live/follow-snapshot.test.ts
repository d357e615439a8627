import { expect, test } from 'vitest';
import { snapshotStreamEvent } from '../../contract/stream-event.ts';
import type { Dashboard, DownloadStats, QueueStats } from '../../contract/snapshot.ts';
import { followSnapshot, type Following } from '../../src/live/follow-snapshot.ts';
import type { Position } from '../../src/snapshots/state/table.ts';
import type { SnapshotKind, Stored } from '../../src/snapshots/table.ts';
import { at } from '../support/a-download.ts';

const queue = (pending: number): QueueStats => ({
  pending,
  downloading: 0,
  completed: 0,
  failed: 0,
  paused: 0,
  cancelled: 0,
  total: pending,
  queue_position: null,
});
const stats: DownloadStats = {
  total_downloads: 1,
  completed_downloads: 0,
  failed_downloads: 0,
  pending_downloads: 1,
  downloads_today: 1,
  downloads_this_week: 1,
  downloads_this_month: 1,
  total_storage_used: 0,
  average_download_time: 0,
};
const dashboard = (seconds: number): Dashboard => ({
  downloads_in_progress: [],
  downloads_in_progress_total: 0,
  queue_stats: queue(1),
  system_stats: { ...stats, active_connections: 0, users_online: 0, system_uptime: seconds },
  timestamp: at(seconds).toISOString(),
});

type Look = { seq: number; pending?: number; place?: number };
/** Looks find these one after the other; after the last the listener's time is up. `pace`: seconds that pass a look. */
async function hear(
  following: Following,
  heard: number | null,
  looks: Look[],
  options: { en?: true; pace?: number } = {},
) {
  const stop = new AbortController();
  let next = 0;
  let now = 0;
  const app = {
    current: async <K extends SnapshotKind>(kind: K) => {
      const { seq, pending = seq } = looks[next]!;
      next += 1;
      now += options.pace ?? 1;
      if (next === looks.length) setTimeout(() => stop.abort(), 20);
      const data = { queue: queue(pending), stats, dashboard: dashboard(seq) }[kind];
      return { seq, at: at(now).toISOString(), data } as Stored<K>;
    },
    state: {
      position: async (): Promise<Position> => ({ queue_position: looks[next - 1]?.place ?? null }),
    },
    now: () => at(now),
  };
  const language = options.en ? 'en' : 'pt';
  const all: unknown[] = [];
  for await (const told of followSnapshot(app, following, { heard, language }, stop.signal)) {
    if (told === 'heartbeat') all.push(told);
    else {
      const event = snapshotStreamEvent.parse(told.event);
      expect(event).toEqual(told.event);
      all.push([
        told.seq,
        event.type,
        'queue_position' in event ? event.queue_position : 'message' in event && event.message,
      ]);
    }
  }
  return all;
}

test('a first listener hears hello, the state at once, and then what changes and nothing else', async () => {
  expect(await hear({ kind: 'queue' }, null, [{ seq: 3 }, { seq: 3 }, { seq: 4 }])).toEqual([
    [0, 'connection_established', 'Conectado à fila'],
    [3, 'queue_update', null],
    [4, 'queue_update', null],
  ]);
});

test.each([
  ['queue', 'Conectado à fila', 'Connected to the queue'],
  ['stats', 'Conectado às estatísticas', 'Connected to the statistics'],
  ['dashboard', 'Conectado ao dashboard', 'Connected to the dashboard'],
] as const)('the %s stream says hello in both languages', async (kind, portuguese, english) => {
  expect((await hear({ kind }, null, [{ seq: 1 }]))[0]).toEqual([0, 'connection_established', portuguese]);
  expect((await hear({ kind }, null, [{ seq: 1 }], { en: true }))[0]).toEqual([0, 'connection_established', english]);
});

test('a listener that comes back hears what is new at once, and nothing that it has', async () => {
  expect(await hear({ kind: 'stats' }, 3, [{ seq: 4 }])).toEqual([[4, 'stats_update', false]]);
  expect(await hear({ kind: 'stats' }, 4, [{ seq: 4 }, { seq: 5 }])).toEqual([[5, 'stats_update', false]]);
  expect(await hear({ kind: 'queue' }, 900, [{ seq: 4 }])).toEqual([[4, 'queue_update', null]]);
});

test('who names a download hears its place move, also when nothing else does', async () => {
  const looks = [{ seq: 1, place: 3 }, { seq: 1, place: 3 }, { seq: 1, place: 2 }, { seq: 2 }];
  expect(await hear({ kind: 'queue', downloadId: 'd' }, null, looks)).toEqual([
    [0, 'connection_established', 'Conectado à fila'],
    [1, 'queue_update', 3],
    [1, 'queue_update', 2],
    [2, 'queue_update', null],
  ]);
});

test('a silent line is kept open by a heartbeat', async () => {
  const looks = [{ seq: 1 }, { seq: 1 }, { seq: 1 }, { seq: 1 }];
  expect(await hear({ kind: 'queue' }, 1, looks, { pace: 7.5 })).toEqual(['heartbeat', 'heartbeat']);
});
