import { log } from '../aws/log.ts';
import type { Write } from '../aws/transact.ts';
import type { CountsTable } from '../channels/counts/table.ts';
import { deliver, type DeliverDeps } from '../channels/deliver.ts';
import type { Measure } from '../channels/open-delivery.ts';
import type { Listener } from '../channels/table.ts';
import type { Place, Telling } from '../channels/telling.ts';
import type { SnapshotBuilder } from '../snapshots/build-snapshots.ts';
import type { SnapshotKind, Snapshots, SnapshotsTable, Stored } from '../snapshots/table.ts';
import type { BroadcastLease } from './broadcast-lease/table.ts';

const DASHBOARD_MS = 3_000;
const PEOPLE_MS = 1_000;

/** The channels that somebody listens to, among those with something to show. */
export const SHOWN = ['queue', 'stats', 'dashboard', 'events'] as const;
export type Watched = ReadonlySet<(typeof SHOWN)[number]>;

export type ShowDeps = DeliverDeps & {
  lease: BroadcastLease;
  presence: CountsTable['presence'];
  /** How many calendar events there are. */
  eventCount: () => Promise<number>;
  build: SnapshotBuilder;
  /** What is kept for those who come later; and the write that keeps a newer one, or fails because it is no longer `before`. */
  snapshots: Pick<SnapshotsTable, 'stored'>;
  storeWrite: <K extends SnapshotKind>(kind: K, data: Snapshots[K], at: Date, before?: Stored<K> | null) => Write;
  measure: Measure;
};

/** Somebody else is the broadcaster now. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

const NOTHING_SHOWN = {
  /** What had changed when the queue was last shown, and the stats: each has watchers of its own. */
  queueChanges: '',
  statsChanges: '',
  queue: '',
  stats: '',
  places: '',
  people: '',
  events: '',
  dashboardAt: 0,
  peopleAt: 0,
};

export type Showing = {
  /** Shows what has changed, or is due, to those who watch. Throws LeaseLost before anything is shown that must not be. */
  look(watched: Watched): Promise<void>;
  /** Resolves when nothing is on its way any more. */
  settled(): Promise<void>;
};

/**
 * Shows queue and stats when they have changed, the dashboard each 3 s, presence and the number of events when they change; and keeps each snapshot, before
 * it is told, for those who come later. Each is shown under the lease or not at all.
 */
export function showSnapshots(app: ShowDeps, token: string): Showing {
  const last = { ...NOTHING_SHOWN };
  const underWay = new Map<string, Promise<unknown>>();

  /** Keeps nothing that is kept already: a stream would tell it again. */
  const storing = <K extends SnapshotKind>(kind: K, data: Snapshots[K], at: Date, kept: Stored<K> | null): Write[] =>
    JSON.stringify(kept?.data) === JSON.stringify(data) ? [] : [app.storeWrite(kind, data, at, kept)];

  /**
   * One at a time to a channel: what is newer waits for the next look instead of overtaking. False: a stream's reader kept another
   * snapshot meanwhile, and nothing was shown.
   */
  const send = async (
    channel: string,
    store: Write[],
    make: (listeners: readonly Listener[]) => Promise<Telling[]>,
  ): Promise<boolean> => {
    if (!(await app.lease.renew(token, app.now(), store))) {
      if (store.length === 0 || !(await app.lease.renew(token, app.now()))) throw new LeaseLost();
      return false;
    }
    const sending = deliver(app, channel, make)
      .then((delivered) => app.measure(delivered))
      .catch((error: unknown) => {
        log.warn('not delivered; to be shown again', { channel, error });
        Object.assign(last, { ...NOTHING_SHOWN, dashboardAt: last.dashboardAt });
      })
      .finally(() => underWay.delete(channel));
    underWay.set(channel, sending);
    return true;
  };
  const snapshot = (notification: Telling['notification'], places: Record<string, Place> = {}): Telling[] => [
    { kind: 'snapshot', notification, places },
  ];

  async function showQueue(): Promise<void> {
    // Read before the state is: what a stream's reader keeps in between is newer.
    const kept = await app.snapshots.stored('queue');
    const at = app.now();
    const data = await app.build.queue();
    const text = JSON.stringify(data);
    const isNews = text !== last.queue;
    const sent = await send('queue', isNews ? storing('queue', data, at, kept) : [], async (listeners) => {
      const places = await placesOf(listeners);
      const unchanged = !isNews && JSON.stringify(places) === last.places;
      last.queue = text;
      last.places = JSON.stringify(places);
      return unchanged ? [] : snapshot({ type: 'queue_update', data, timestamp: at.toISOString() }, places);
    });
    if (!sent) await showQueue();
  }

  async function placesOf(listeners: readonly Listener[]): Promise<Record<string, Place>> {
    const named = [...new Set(listeners.flatMap(({ downloadId }) => downloadId ?? []))].toSorted();
    const places = await Promise.all(named.map((id) => app.build.queue(id)));
    return Object.fromEntries(
      places.map(({ queue_position, queue_position_at_least: atLeast }, index) => [
        named[index] ?? '',
        { queue_position, ...(atLeast !== undefined && { queue_position_at_least: atLeast }) },
      ]),
    );
  }

  async function showStats(): Promise<void> {
    const kept = await app.snapshots.stored('stats');
    const at = app.now();
    const data = await app.build.stats();
    const text = JSON.stringify(data);
    if (text === last.stats) return;
    const sent = await send('stats', storing('stats', data, at, kept), async () =>
      snapshot({ type: 'stats_update', data, timestamp: at.toISOString() }),
    );
    if (!sent) return showStats();
    last.stats = text;
  }

  async function showDashboard(): Promise<void> {
    const at = app.now();
    const data = await app.build.dashboard();
    await send('dashboard', [app.storeWrite('dashboard', data, at)], async () =>
      snapshot({ type: 'dashboard_update', data, timestamp: data.timestamp }),
    );
  }

  async function showEvents(): Promise<void> {
    const { users_online, active_connections: connections } = await app.presence();
    const total = await app.eventCount();
    const people = `${users_online} ${connections}`;
    const timestamp = app.now().toISOString();
    const tellings = [
      ...(people === last.people ? [] : snapshot({ type: 'presence', data: { users_online, connections }, timestamp })),
      ...(String(total) === last.events ? [] : snapshot({ type: 'event_count', data: { total }, timestamp })),
    ];
    if (tellings.length === 0) return;
    await send('events', [], async () => tellings);
    Object.assign(last, { people, events: String(total) });
  }

  return {
    async look(watched) {
      const now = app.now();
      if ((watched.has('queue') || watched.has('stats')) && !underWay.has('queue') && !underWay.has('stats')) {
        const changes = await app.build.changes();
        if (watched.has('queue') && changes !== last.queueChanges) {
          await showQueue();
          last.queueChanges = changes;
        }
        if (watched.has('stats') && changes !== last.statsChanges) {
          await showStats();
          last.statsChanges = changes;
        }
      }
      if (watched.has('dashboard') && now.getTime() - last.dashboardAt >= DASHBOARD_MS && !underWay.has('dashboard')) {
        // By the clock, not from the end of the last one: else each would come a little later.
        const late = now.getTime() - last.dashboardAt - DASHBOARD_MS;
        last.dashboardAt = late < DASHBOARD_MS ? last.dashboardAt + DASHBOARD_MS : now.getTime();
        await showDashboard();
      }
      if (watched.has('events') && now.getTime() - last.peopleAt >= PEOPLE_MS && !underWay.has('events')) {
        last.peopleAt = now.getTime();
        await showEvents();
      }
    },

    async settled() {
      await Promise.all(underWay.values());
    },
  };
}
