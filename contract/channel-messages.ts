import type { ChannelKind } from './channel.ts';
import type { Notification, SnapshotStreamEvent } from './notification.ts';

type NotificationType = Notification['type'];

/** Where each notification may be heard. One without a place does not compile. */
export const MESSAGE_CHANNELS = {
  connection_established: 'every channel',
  subscribed: 'every channel',
  unsubscribed: 'every channel',
  resync: 'every channel',
  pong: 'every channel',
  error: 'every channel',
  /** On the dashboard by `?deltas=1` alone. */
  download_update: ['download', 'deltas', 'dashboard'],
  queue_update: ['queue'],
  stats_update: ['stats'],
  dashboard_update: ['dashboard'],
  general_message: ['general'],
  admin_notification: ['admin'],
  presence: ['events'],
  log: ['logs'],
} as const satisfies Record<NotificationType, 'every channel' | readonly [ChannelKind, ...ChannelKind[]]>;

/** Whether a listener of a channel of this kind may hear this. */
export function mayHear(kind: ChannelKind, type: NotificationType): boolean {
  const channels: 'every channel' | readonly ChannelKind[] = MESSAGE_CHANNELS[type];
  return channels === 'every channel' || channels.includes(kind);
}

/** The server-sent streams that tell snapshots, each with the one type it brings after its greeting. */
export const SNAPSHOT_STREAMS = [
  { channel: 'queue', path: '/downloads/queue/stream', brings: 'queue_update' },
  { channel: 'stats', path: '/downloads/stats/stream', brings: 'stats_update' },
  { channel: 'dashboard', path: '/downloads/dashboard/stream', brings: 'dashboard_update' },
] as const satisfies readonly { channel: ChannelKind; path: string; brings: SnapshotStreamEvent['type'] }[];
