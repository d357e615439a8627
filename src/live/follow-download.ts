import { downloadChannel } from '../../contract/channel.ts';
import type { DownloadStreamEvent } from '../../contract/stream-event.ts';
import type { DownloadUpdate } from '../../contract/notification.ts';
import { downloadUpdateOf } from '../downloads/download-news.ts';
import { isOver } from '../downloads/download.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import type { NewsTable } from '../news/table.ts';
import { pause } from '../pause.ts';
import { HEARTBEAT_MS, type Told } from './told.ts';

const LOOK_MS = 1000;

export type FollowDownloadDeps = {
  downloads: Pick<DownloadsTable, 'get'>;
  news: NewsTable;
  now: () => Date;
};

export type Followed =
  | { kind: 'missing' }
  /** The listener has heard the end already. */
  | { kind: 'over' }
  | { kind: 'live'; told: AsyncGenerator<Told<DownloadStreamEvent>> };

/**
 * Follows one download from after `heard` (null: from now), until it ends or the signal is aborted. What is told has rising
 * `seq`s: a listener that resumes from the last one misses nothing and hears nothing twice.
 */
export async function followDownload(
  app: FollowDownloadDeps,
  id: string,
  heard: number | null,
  signal: AbortSignal,
): Promise<Followed> {
  const download = await app.downloads.get(id);
  const missed = heard === null ? [] : await updatesAfter(app, id, heard);
  if (download === null && missed.length === 0) {
    // A deleted download's news is kept for a day: whoever was listening has heard of the deletion.
    const known = heard !== null && (await updatesAfter(app, id, 0)).length > 0;
    return { kind: known ? 'over' : 'missing' };
  }
  if (download !== null && heard !== null && isOver(download) && download.seq <= heard) return { kind: 'over' };
  const present = download === null ? [] : [downloadUpdateOf(download, app.now())];
  return { kind: 'live', told: tell(app, id, heard, [...missed, ...present], signal) };
}

async function* tell(
  app: FollowDownloadDeps,
  id: string,
  heard: number | null,
  first: DownloadUpdate[],
  signal: AbortSignal,
): AsyncGenerator<Told<DownloadStreamEvent>> {
  if (heard === null) yield { seq: 0, event: { type: 'connection_established', download_id: id } };
  let seq = heard ?? 0;
  let updates = first;
  let spokeAt = app.now().getTime();
  for (;;) {
    for (const update of updates) {
      if (update.seq <= seq) continue;
      seq = update.seq;
      spokeAt = app.now().getTime();
      const event = streamEventOf(update);
      yield { seq, event };
      if (event.type !== 'progress_update') return;
    }
    if (app.now().getTime() - spokeAt >= HEARTBEAT_MS) {
      spokeAt = app.now().getTime();
      yield 'heartbeat';
    }
    await pause(LOOK_MS, signal);
    if (signal.aborted) return;
    updates = await updatesAfter(app, id, seq);
  }
}

async function updatesAfter(app: FollowDownloadDeps, id: string, seq: number): Promise<DownloadUpdate[]> {
  const news = await app.news.after(downloadChannel(id), seq);
  return news.flatMap(({ notification }) => (notification.type === 'download_update' ? [notification] : []));
}

/** Flat, as the first seed shows; an ending says so by its type. */
export function streamEventOf({ download_id, data }: DownloadUpdate): DownloadStreamEvent {
  switch (data.status) {
    case 'completed':
      return { type: 'download_completed', download_id, status: data.status, message: 'Download concluído' };
    case 'failed':
    case 'cancelled': {
      const message = data.error_message ?? 'Download cancelado';
      const type = data.status === 'failed' ? 'download_failed' : 'download_cancelled';
      return {
        type,
        download_id,
        status: data.status,
        message,
        ...(data.error_code && { error_code: data.error_code }),
      };
    }
    case 'pending':
    case 'downloading':
    case 'paused':
      return { type: 'progress_update', download_id, ...data };
  }
}
