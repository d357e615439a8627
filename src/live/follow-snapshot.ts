import type { SnapshotStreamEvent } from '../../contract/stream-event.ts';
import type { Language } from '../downloads/download.ts';
import { pause } from '../pause.ts';
import type { CurrentSnapshot } from '../snapshots/current-snapshot.ts';
import type { StateTable } from '../snapshots/state/table.ts';
import type { SnapshotKind } from '../snapshots/table.ts';
import { HEARTBEAT_MS, type Told } from './told.ts';

export type FollowSnapshotDeps = {
  current: CurrentSnapshot;
  state: Pick<StateTable, 'position'>;
  now: () => Date;
};

/** What to follow; of the queue also the place of one download, when it is named. */
export type Following = { kind: SnapshotKind; downloadId?: string | undefined };

const LOOK_MS: Record<SnapshotKind, number> = { queue: 1000, stats: 1000, dashboard: 3000 };
const ESTABLISHED: Record<SnapshotKind, Record<Language, string>> = {
  queue: { pt: 'Conectado à fila', en: 'Connected to the queue' },
  stats: { pt: 'Conectado às estatísticas', en: 'Connected to the statistics' },
  dashboard: { pt: 'Conectado ao dashboard', en: 'Connected to the dashboard' },
};

/**
 * Follows a snapshot until the signal is aborted: the state at once unless `heard` is its `seq` already (null: nothing has been
 * heard), then queue and stats whenever they change, the dashboard each 3 s.
 */
export async function* followSnapshot(
  app: FollowSnapshotDeps,
  following: Following,
  { heard, language }: { heard: number | null; language: Language },
  signal: AbortSignal,
): AsyncGenerator<Told<SnapshotStreamEvent>> {
  const { kind } = following;
  if (heard === null) yield { seq: 0, event: { type: 'connection_established', message: ESTABLISHED[kind][language] } };
  let last = { seq: heard, text: '' };
  let spokeAt = app.now().getTime();
  while (!signal.aborted) {
    const { seq, event } = await look(app, following);
    const text = JSON.stringify(event);
    // The place of one download may change with nothing else. An older seq than was heard is another history: told too.
    const isNew = seq !== last.seq || (last.text !== '' && text !== last.text);
    last = { seq, text };
    const isSilent = !isNew && app.now().getTime() - spokeAt >= HEARTBEAT_MS;
    if (isNew || isSilent) spokeAt = app.now().getTime();
    if (isNew) yield { seq, event };
    if (isSilent) yield 'heartbeat';
    await pause(LOOK_MS[kind], signal);
  }
}

async function look(
  app: FollowSnapshotDeps,
  { kind, downloadId }: Following,
): Promise<{ seq: number; event: SnapshotStreamEvent }> {
  switch (kind) {
    case 'queue': {
      const { seq, data } = await app.current(kind);
      const position = downloadId === undefined ? {} : await app.state.position(downloadId);
      return { seq, event: { type: 'queue_update', ...data, ...position } };
    }
    case 'stats': {
      const { seq, data } = await app.current(kind);
      return { seq, event: { type: 'stats_update', ...data } };
    }
    case 'dashboard': {
      const { seq, data } = await app.current(kind);
      return { seq, event: { type: 'dashboard_update', ...data } };
    }
  }
}
