import type { SnapshotBuilder } from './build-snapshots.ts';
import type { SnapshotKind, Snapshots, SnapshotsTable, Stored } from './table.ts';

const FRESH_MS = 1000;

export type CurrentSnapshotDeps = {
  snapshots: Pick<SnapshotsTable, 'stored' | 'refresh'>;
  build: Pick<SnapshotBuilder, 'queue' | 'stats' | 'dashboard'>;
  now: () => Date;
};

/** The snapshot of a kind, at most a second old. Of many readers one builds it, and all get the same with the same `seq`. */
export type CurrentSnapshot = <K extends SnapshotKind>(kind: K) => Promise<Stored<K>>;

export function currentSnapshot({ snapshots, build, now }: CurrentSnapshotDeps): CurrentSnapshot {
  const builders: { [K in SnapshotKind]: () => Promise<Snapshots[K]> } = {
    queue: () => build.queue(),
    stats: () => build.stats(),
    dashboard: () => build.dashboard(),
  };
  return async (kind) => {
    for (;;) {
      const stored = await snapshots.stored(kind);
      const at = now();
      if (stored !== null && isFresh(stored.at, at)) return stored;
      const refreshed = await snapshots.refresh(kind, await builders[kind](), at, stored);
      // Null: another reader was first, and what it wrote is fresh.
      if (refreshed !== null) return refreshed;
    }
  };
}

/** One from the future was written by a clock that is wrong, ours or the other's: better build it again. */
const isFresh = (at: string, now: Date): boolean => Math.abs(now.getTime() - Date.parse(at)) < FRESH_MS;
