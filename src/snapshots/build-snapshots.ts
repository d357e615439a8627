import { STATUSES } from '../../contract/download.ts';
import type { Dashboard, DownloadInProgress, DownloadStats, QueueStats } from '../../contract/snapshot.ts';
import { viewOf, type Download } from '../downloads/download.ts';
import type { Counters, Position, StateTable } from './state/table.ts';

export type BuildSnapshotsDeps = {
  table: Pick<StateTable, 'counters' | 'inProgress' | 'position' | 'startedAt'>;
  connections: () => Promise<{ active_connections: number; users_online: number }>;
  now: () => Date;
};

/** The state as it is now. Each costs a handful of reads, the same whatever is on record. */
export type SnapshotBuilder = {
  /** With the position of this download, when one is named. */
  queue(downloadId?: string): Promise<QueueStats>;
  stats(): Promise<DownloadStats>;
  dashboard(): Promise<Dashboard>;
  /** While this stays the same, queue and stats do: it changes with each counted change, and at midnight. */
  changes(): Promise<string>;
};

/** A message may have 32 KB in WebSocket frames as API Gateway counts them; its envelope fits into the rest. */
const MOST_DASHBOARD_BYTES = 30_000;
/** More would not fit into that. */
const MOST_IN_PROGRESS = 100;
const DAY_MS = 24 * 60 * 60 * 1000;
const NOBODY_ASKS: Position = { queue_position: null };

export function buildSnapshots({ table, connections, now }: BuildSnapshotsDeps): SnapshotBuilder {
  return {
    async queue(downloadId) {
      const [counters, position] = await Promise.all([
        table.counters(),
        downloadId === undefined ? NOBODY_ASKS : table.position(downloadId),
      ]);
      return queueOf(counters, position);
    },

    async stats() {
      return statsOf(await table.counters(), now());
    },

    async dashboard() {
      const time = now();
      const [counters, downloads, listening, startedAt] = await Promise.all([
        table.counters(),
        table.inProgress(MOST_IN_PROGRESS),
        connections(),
        table.startedAt(time),
      ]);
      const uptime = Math.max(0, Math.floor((time.getTime() - startedAt.getTime()) / 1000));
      const rest: Dashboard = {
        downloads_in_progress: [],
        downloads_in_progress_total: counters.of('downloading'),
        queue_stats: queueOf(counters, NOBODY_ASKS),
        system_stats: { ...statsOf(counters, time), ...listening, system_uptime: uptime },
        timestamp: time.toISOString(),
      };
      const room = MOST_DASHBOARD_BYTES - bytesOf(rest);
      return { ...rest, downloads_in_progress: fitting(downloads.map(inProgressOf), room) };
    },

    async changes() {
      return `${now().toISOString().slice(0, 10)} ${(await table.counters()).changes}`;
    },
  };
}

function queueOf(counters: Counters, position: Position): QueueStats {
  return {
    pending: counters.of('pending'),
    downloading: counters.of('downloading'),
    completed: counters.of('completed'),
    failed: counters.of('failed'),
    paused: counters.of('paused'),
    cancelled: counters.of('cancelled'),
    total: totalOf(counters),
    ...position,
  };
}

function statsOf(counters: Counters, time: Date): DownloadStats {
  const completed = counters.of('completed');
  const requests = (days: number) =>
    Array.from({ length: days }, (_, ago) => counters.onDay(new Date(time.getTime() - ago * DAY_MS), 'requested'));
  const seconds = completed === 0 ? 0 : counters.completed_milliseconds / completed / 1000;
  return {
    total_downloads: totalOf(counters),
    completed_downloads: completed,
    failed_downloads: counters.of('failed'),
    pending_downloads: counters.of('pending') + counters.of('paused'),
    downloads_today: sum(requests(1)),
    downloads_this_week: sum(requests(7)),
    downloads_this_month: sum(requests(30)),
    total_storage_used: counters.storage_bytes,
    average_download_time: Math.round(seconds * 10) / 10,
  };
}

const totalOf = (counters: Counters): number => sum(STATUSES.map((status) => counters.of(status)));
const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);
const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function inProgressOf(download: Download): DownloadInProgress {
  const { id, url, title, thumbnail, progress, status, duration, quality, file_size, format, started_at, ...rest } =
    viewOf(download);
  const { phase, speed, eta } = rest;
  return {
    id,
    url,
    title,
    thumbnail,
    progress,
    status,
    duration,
    quality,
    file_size,
    format,
    started_at,
    phase,
    speed,
    eta,
  };
}

/** As many as fit, in their order; one that is too long for what is left makes way for shorter ones. */
function fitting(downloads: DownloadInProgress[], room: number): DownloadInProgress[] {
  let left = room;
  return downloads.filter((download) => {
    const bytes = bytesOf(download) + 1;
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}
