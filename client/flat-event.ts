import type { DownloadStreamEvent, SnapshotStreamEvent } from '../contract/stream-event.ts';
import type { Notification } from '../contract/notification.ts';
import type { DownloadView } from '../contract/download.ts';
import type { Dashboard, DownloadStats, QueueStats } from '../contract/snapshot.ts';
import type { Channel } from './channel.ts';

type StreamEvent = DownloadStreamEvent | SnapshotStreamEvent;

const typeOf = (value: unknown) =>
  typeof value === 'object' && value !== null && 'type' in value ? String(value.type) : null;
export const isMessage = (value: unknown): value is { type: string } => typeOf(value) !== null;
const isStreamEvent = (value: unknown): value is StreamEvent => isMessage(value);

/** What a server-sent event is as a notification. `over`: the download has ended, and its record says how. Null: nothing new. */
export function notificationOf(event: unknown, id: string): Notification | 'over' | null {
  if (!isStreamEvent(event)) return null;
  const timestamp = new Date().toISOString();
  switch (event.type) {
    case 'connection_established':
      return null;
    case 'progress_update': {
      const { type: _, download_id, ...data } = event;
      return { type: 'download_update', download_id, seq: Number(id), data, timestamp };
    }
    case 'queue_update': {
      const { type, ...data } = event;
      return { type, data, timestamp };
    }
    case 'stats_update': {
      const { type, ...data } = event;
      return { type, data, timestamp };
    }
    case 'dashboard_update': {
      const { type, ...data } = event;
      return { type, data, timestamp };
    }
    case 'download_completed':
    case 'download_failed':
    case 'download_cancelled':
      return 'over';
  }
  return null;
}

const isDownload = (body: unknown): body is DownloadView =>
  typeof body === 'object' && body !== null && 'progress' in body;
const isQueue = (body: unknown): body is QueueStats => typeof body === 'object' && body !== null && 'pending' in body;
const isStats = (body: unknown): body is DownloadStats =>
  typeof body === 'object' && body !== null && 'total_downloads' in body;
const isDashboard = (body: unknown): body is Dashboard =>
  typeof body === 'object' && body !== null && 'system_stats' in body;

/** What the API answered of a channel's state as a notification; `seq` is where its history was last heard, for the API tells none. */
export function stateOf({ kind, id }: Channel, body: unknown, seq: number): Notification | null {
  const timestamp = new Date().toISOString();
  if (kind === 'queue' && isQueue(body)) return { type: 'queue_update', data: body, timestamp };
  if (kind === 'stats' && isStats(body)) return { type: 'stats_update', data: body, timestamp };
  if (kind === 'dashboard' && isDashboard(body)) return { type: 'dashboard_update', data: body, timestamp };
  if (kind !== 'download' || id === null || !isDownload(body)) return null;
  const { id: _id, quality: _quality, duration: _duration, ...rest } = body;
  const { created_at: _created, started_at: _started, completed_at: _completed, ...data } = rest;
  return { type: 'download_update', download_id: id, seq, data, timestamp };
}
