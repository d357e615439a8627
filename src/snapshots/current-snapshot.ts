import type { SnapshotBuilder } from './build-snapshots.ts';
import type { SnapshotKind, Snapshots, SnapshotsTable, Stored } from './table.ts';

const FRESH_MS = 1000;

export type CurrentSnapshotDeps = {
  snapshots: Pick<SnapshotsTable, 'stored' | 'refresh'>;
  build: Pick<SnapshotBuilder, 'queue' | 'stats' | 'dashboard'>;
  now: () => Date;
};

/**
 * The snapshot of a kind, at most a second old when it was asked for. Of many readers one builds it, and all get the same with the
 * same `seq`.
 */
export type CurrentSnapshot = <K extends SnapshotKind>(kind: K) => Promise<Stored<K>>;

export function currentSnapshot({ snapshots, build, now }: CurrentSnapshotDeps): CurrentSnapshot {
  const builders: { [K in SnapshotKind]: () => Promise<Snapshots[K]> } = {
    queue: () => build.queue(),
    stats: () => build.stats(),
    dashboard: () => build.dashboard(),
  };
  const look = async <K extends SnapshotKind>(kind: K): Promise<Stored<K>> => {
    const asked = now();
    for (;;) {
      const stored = await snapshots.stored(kind);
      const at = now();
      if (stored !== null && isFresh(stored.at, asked, at)) return stored;
      const refreshed = await snapshots.refresh(kind, await builders[kind](), at, stored);
      // Null: another reader was first.
      if (refreshed !== null) return refreshed;
    }
  };
  const looks: { [K in SnapshotKind]: () => Promise<Stored<K>> } = {
    queue: sharing(() => look('queue')),
    stats: sharing(() => look('stats')),
    dashboard: sharing(() => look('dashboard')),
  };
  return (kind) => looks[kind]();
}

/**
 * One from the future was written by a clock that is wrong, ours or the other's: better build it again. One that was begun after we
 * were asked is good, however long it took: else many slow readers would overtake each other for ever.
 */
function isFresh(storedAt: string, asked: Date, now: Date): boolean {
  const at = Date.parse(storedAt);
  return Math.abs(now.getTime() - at) < FRESH_MS || (at >= asked.getTime() && at <= now.getTime());
}

/** One at a time; whoever asks meanwhile shares the next with all others, so that what it gets was begun after it asked. */
function sharing<T>(make: () => Promise<T>): () => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<T> | null = null;
  return () => {
    if (next !== null) return next;
    const mine = last.then(() => {
      next = null;
      return make();
    });
    next = mine;
    last = Promise.allSettled([mine]);
    return mine;
  };
}
