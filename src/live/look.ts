import { parseChannel } from '../../contract/channel.ts';
import type { Notification, Seq } from '../../contract/notification.ts';
import type { QueueStats } from '../../contract/snapshot.ts';
import type { Listening } from '../channels/listening.ts';
import { downloadUpdateOf } from '../downloads/download-news.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import { firstUlidOf } from '../news/news.ts';
import type { NewsTable } from '../news/table.ts';
import type { CurrentSnapshot } from '../snapshots/current-snapshot.ts';

export type LookDeps = {
  downloads: Pick<DownloadsTable, 'get'>;
  news: NewsTable;
  snapshot: CurrentSnapshot;
  /** The queue as one download's owner sees it. */
  queueFor: (downloadId: string) => Promise<QueueStats>;
  presence: () => Promise<{ users_online: number; active_connections: number }>;
  /** Where the latest import of this name begins on its channel; 1 when there is none. */
  importFrom: (uploadId: string) => Promise<number>;
  /** How many calendar events there are. */
  eventCount: () => Promise<number>;
  now: () => Date;
};

/** What there was to tell, and what to look after the next time. */
export type Looked = { told: Notification[]; seq: Seq };

/**
 * What a listener is to be told of a channel beyond what it was told by an earlier look (`null`: this is its first): the state of
 * things that have one, the whole history of logs and imports, and of announcements those made since it came.
 */
export type Look = (listening: Listening, came: Date, after: Seq | null) => Promise<Looked>;

export function lookAt(app: LookDeps): Look {
  return async ({ channel, downloadId }, came, after) => {
    const parsed = parseChannel(channel);
    const timestamp = app.now().toISOString();
    const ifNew = (seq: number, notification: Notification | null): Looked => {
      const isNew = notification !== null && seq > (typeof after === 'number' ? after : -1);
      return { told: isNew ? [notification] : [], seq };
    };
    switch (parsed?.kind) {
      case 'download': {
        const download = await app.downloads.get(parsed.id ?? '');
        if (download === null) return { told: [], seq: after ?? 0 };
        return ifNew(download.seq, downloadUpdateOf(download, app.now()));
      }
      case 'queue': {
        const { seq, data } = await app.snapshot('queue');
        const mine = downloadId === null ? data : await app.queueFor(downloadId);
        return ifNew(seq, { type: 'queue_update', data: mine, timestamp });
      }
      case 'stats': {
        const { seq, data } = await app.snapshot('stats');
        return ifNew(seq, { type: 'stats_update', data, timestamp });
      }
      case 'dashboard': {
        const { seq, data } = await app.snapshot('dashboard');
        return ifNew(seq, { type: 'dashboard_update', data, timestamp: data.timestamp });
      }
      case 'logs':
        return replay(await app.news.after(channel, after ?? 0), after ?? 0);
      case 'import': {
        const from = after ?? (await app.importFrom(parsed.id ?? '')) - 1;
        return replay(await app.news.after(channel, from), from);
      }
      case 'events': {
        const { told, seq } = await announced(app, channel, came, after);
        const counted = after === null || told.length > 0 ? [await countOf(app, timestamp)] : [];
        if (after !== null) return { told: [...told, ...counted], seq };
        const { users_online, active_connections } = await app.presence();
        const data = { users_online, connections: active_connections };
        return { told: [{ type: 'presence', data, timestamp }, ...told, ...counted], seq };
      }
      case 'general':
      case 'admin':
        return announced(app, channel, came, after);
      case 'imports':
      case 'deltas':
      case undefined:
        return { told: [], seq: after ?? 0 };
    }
  };
}

async function countOf(app: LookDeps, timestamp: string): Promise<Notification> {
  return { type: 'event_count', data: { total: await app.eventCount() }, timestamp };
}

/** What was announced since the listener came: before it is let in nobody posts it. */
async function announced(app: LookDeps, channel: string, came: Date, after: Seq | null): Promise<Looked> {
  const seq = after ?? firstUlidOf(came);
  const news = await app.news.after(channel, seq);
  return { told: news.map(({ notification }) => notification), seq: news.at(-1)?.seq ?? seq };
}

function replay(news: Awaited<ReturnType<NewsTable['after']>>, after: Seq): Looked {
  return { told: news.map(({ notification }) => asReplayed(notification)), seq: news.at(-1)?.seq ?? after };
}

/** Marks what is told again, where the contract knows the mark. */
export function asReplayed(notification: Notification): Notification {
  switch (notification.type) {
    case 'download_update':
    case 'general_message':
    case 'admin_notification':
    case 'event_created':
    case 'event_updated':
    case 'event_deleted':
    case 'log':
    case 'upload_started':
    case 'upload_progress':
    case 'upload_row_errors':
    case 'upload_completed':
    case 'upload_failed':
    case 'events_changed':
      return { ...notification, replayed: true };
    case 'connection_established':
    case 'queue_update':
    case 'stats_update':
    case 'dashboard_update':
    case 'event_count':
    case 'presence':
    case 'import_progress':
    case 'subscribed':
    case 'unsubscribed':
    case 'resync':
    case 'pong':
    case 'error':
      return notification;
  }
}
