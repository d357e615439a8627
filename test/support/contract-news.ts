import type { DownloadUpdate, Notification, Seq } from '../../contract/notification.ts';

const OVER = ['completed', 'failed', 'cancelled'];

/** What was told on each channel, and how a server tells it again. */
export function contractNews() {
  const told = new Map<string, Notification[]>();
  const of = (channel: string) => told.get(channel) ?? [];
  const replay = (notification: Notification) => ({ ...notification, replayed: true }) as Notification;
  const seqOf = (notification: Notification) => ('seq' in notification ? notification.seq : 0);
  let oldest: Seq = 0;

  return {
    remember: (channel: string, notification: Notification) => {
      told.set(channel, [...of(channel), notification]);
    },
    forgetBefore(seq: Seq) {
      oldest = seq;
    },
    /** What a listener hears at first: of logs everything. */
    state: (channel: string): Notification[] =>
      channel.startsWith('logs:')
        ? of(channel).map(replay)
        : /^(download:|queue|stats|dashboard)/.test(channel)
          ? of(channel).slice(-1)
          : [],
    missed(channel: string, seq: Seq): Notification[] {
      const timestamp = new Date().toISOString();
      if (seq < oldest) return [{ type: 'resync', channel, timestamp }, ...of(channel).slice(-1)];
      return of(channel)
        .filter((notification) => seqOf(notification) > seq)
        .map(replay);
    },
    /** As the HTTP API answers it. */
    body(channel: string): unknown {
      const last = of(channel).at(-1);
      if (last?.type === 'download_update') {
        return { id: last.download_id, ...last.data, quality: 'best', duration: null, created_at: last.timestamp };
      }
      return last !== undefined && 'data' in last ? last.data : null;
    },
    /** As a server-sent event: flat, and an ending says so by its type. */
    frame(notification: Notification): string {
      if (notification.type !== 'download_update') {
        const { type, data } = notification as Extract<Notification, { type: 'queue_update' }>;
        return `id: 1\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
      }
      const { download_id, seq, data } = notification;
      const { status } = data;
      const event = OVER.includes(status)
        ? { type: `download_${status}`, download_id, status, message: '' }
        : { type: 'progress_update', download_id, ...data };
      return `id: ${seq}\ndata: ${JSON.stringify(event)}\n\n`;
    },
  };
}

/** Number `seq` of a download that has come so far. */
export const anUpdate = (
  seq: number,
  progress: number,
  more: Partial<DownloadUpdate['data']> = {},
): DownloadUpdate => ({
  type: 'download_update',
  download_id: 'd1',
  seq,
  data: {
    progress,
    status: 'downloading',
    title: 'Recife',
    thumbnail: '/thumbnail.svg',
    url: 'https://example.com/recife.mp4',
    bytes_downloaded: progress,
    bytes_total: 100,
    speed: null,
    eta: null,
    phase: 'downloading',
    error_code: null,
    error_message: null,
    file_path: null,
    file_size: null,
    format: 'mp4',
    ...more,
  },
  timestamp: new Date().toISOString(),
});

export const aQueue = (pending: number): Notification => ({
  type: 'queue_update',
  data: {
    pending,
    downloading: 0,
    completed: 0,
    failed: 0,
    paused: 0,
    cancelled: 0,
    total: pending,
    queue_position: null,
  },
  timestamp: new Date().toISOString(),
});
