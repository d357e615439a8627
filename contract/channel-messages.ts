import type { ChannelKind } from './channel.ts';
import type { Notification } from './notification.ts';
import type { SnapshotStreamEvent } from './stream-event.ts';

type NotificationType = Notification['type'];

/** Where each notification may be heard. One without a place does not compile. */
export const MESSAGE_CHANNELS = {
  connection_established: 'every channel',
  subscribed: 'every channel',
  unsubscribed: 'every channel',
  resync: 'every channel',
  pong: 'every channel',
  error: 'every channel',
  /** A dashboard hears the deltas too when it asks for them by `?deltas=1`. */
  download_update: ['download', 'deltas'],
  queue_update: ['queue'],
  stats_update: ['stats'],
  dashboard_update: ['dashboard'],
  general_message: ['general'],
  admin_notification: ['admin'],
  event_created: ['events'],
  event_updated: ['events'],
  event_deleted: ['events'],
  event_count: ['events'],
  presence: ['events'],
  log: ['logs'],
  upload_started: ['import'],
  upload_progress: ['import'],
  upload_row_errors: ['import'],
  upload_completed: ['import'],
  upload_failed: ['import'],
  import_progress: ['imports'],
  events_changed: ['events'],
} as const satisfies Record<NotificationType, 'every channel' | readonly [ChannelKind, ...ChannelKind[]]>;

type Places<T extends NotificationType> = (typeof MESSAGE_CHANNELS)[T];
/** What a kind of channel brings, beside what every channel does. */
export type BroughtBy<K extends ChannelKind> = Extract<
  Notification,
  {
    type: {
      [T in NotificationType]: Places<T> extends readonly ChannelKind[]
        ? K extends Places<T>[number]
          ? T
          : never
        : never;
    }[NotificationType];
  }
>;

const places = new Map<string, string | readonly ChannelKind[]>(Object.entries(MESSAGE_CHANNELS));

/** Whether a kind of channel brings this, not counting what every channel does. */
export function brings(kind: ChannelKind, type: string): boolean {
  const channels = places.get(type) ?? [];
  return typeof channels !== 'string' && channels.includes(kind);
}

/** Whether a listener of a channel of this kind may hear this. */
export const mayHear = (kind: ChannelKind, type: NotificationType): boolean =>
  MESSAGE_CHANNELS[type] === 'every channel' || brings(kind, type);

/** The server-sent streams that tell snapshots, each with the one type it brings after its greeting. */
export const SNAPSHOT_STREAMS = [
  { channel: 'queue', path: '/downloads/queue/stream', brings: 'queue_update' },
  { channel: 'stats', path: '/downloads/stats/stream', brings: 'stats_update' },
  { channel: 'dashboard', path: '/downloads/dashboard/stream', brings: 'dashboard_update' },
] as const satisfies readonly { channel: ChannelKind; path: string; brings: SnapshotStreamEvent['type'] }[];
