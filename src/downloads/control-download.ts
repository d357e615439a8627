import { log } from '../aws/log.ts';
import { enqueue, type EnqueueDeps } from './enqueue.ts';
import { nothingStored, viewOf, type Download } from './download.ts';
import { discardNow, type DiscardDeps } from './dropped-bytes.ts';
import type { Decision, DownloadsTable } from './table.ts';

export type Control = 'cancel' | 'pause' | 'resume' | 'retry';

export type ControlDownloadDeps = EnqueueDeps &
  DiscardDeps & {
    downloads: Pick<DownloadsTable, 'update' | 'settle'>;
    now: () => Date;
  };

export type Controlled =
  | { kind: 'done'; download: Download }
  /** Its status does not allow it. */
  | { kind: 'refused'; download: Download }
  | { kind: 'missing' }
  | { kind: 'repeated'; answer: string }
  | { kind: 'conflict' };

/**
 * Cancels, pauses, resumes or retries. Asking again for what is so already does nothing. A worker in the middle of it learns at
 * its next write, within half a second while bytes flow, that the download is no longer its own.
 */
export async function controlDownload(
  app: ControlDownloadDeps,
  id: string,
  control: Control,
  idempotencyKey: string | undefined,
): Promise<Controlled> {
  const now = app.now();
  const repeatable = (after: Download) => {
    if (idempotencyKey === undefined) return null;
    const route = `POST /downloads/${id}/${control}`;
    return { owner: after.owner, route, key: idempotencyKey, body: null, answer: JSON.stringify(viewOf(after)) };
  };
  const outcome = await app.downloads.update(id, (download) => decisions[control](download, now), repeatable, now);
  if (outcome.kind === 'unchanged') return { kind: 'done', download: outcome.download };
  if (outcome.kind !== 'changed') return outcome;
  const { before, download, dropped } = outcome;
  log.info(`download ${control}`, { download_id: id, was: before.status });
  if (download.status === 'pending') await enqueue(app, id);
  // A worker that does not know yet may still be storing: then its bytes are the janitor's, when the lease has run out.
  if (before.lease_expires_at === null) await discardNow(app, dropped, before.media_key);
  return { kind: 'done', download };
}

const decisions: Record<Control, (download: Download, now: Date) => Decision> = {
  cancel(download, now) {
    if (download.status === 'cancelled') return { kind: 'unchanged' };
    if (!['pending', 'downloading', 'paused'].includes(download.status)) return { kind: 'refused' };
    const cancelled: Download = { ...letGo(download), status: 'cancelled', ...nothingStored };
    return { kind: 'changed', download: { ...cancelled, completed_at: now.toISOString() } };
  },
  pause(download) {
    if (download.status === 'paused') return { kind: 'unchanged' };
    if (download.status !== 'pending' && download.status !== 'downloading') return { kind: 'refused' };
    return { kind: 'changed', download: { ...letGo(download), status: 'paused' } };
  },
  resume(download, now) {
    if (download.status === 'pending' || download.status === 'downloading') return { kind: 'unchanged' };
    if (download.status !== 'paused') return { kind: 'refused' };
    return { kind: 'changed', download: { ...download, status: 'pending', unsettled_since: now.toISOString() } };
  },
  retry(download, now) {
    if (download.status === 'pending' || download.status === 'downloading') return { kind: 'unchanged' };
    if (download.status !== 'failed' && download.status !== 'cancelled') return { kind: 'refused' };
    const anew = {
      error_code: null,
      error_choices: [],
      completed_at: null,
      started_at: null,
      bytes_downloaded: 0,
      bytes_merged: 0,
      bytes_total: null,
    } satisfies Partial<Download>;
    const counts = { bytes_reached: 0, idle_attempts: 0, unsettled_since: now.toISOString() };
    return { kind: 'changed', download: { ...download, ...anew, ...counts, status: 'pending' } };
  },
};

/** Nobody holds it any more; what is stored stays. */
function letGo(download: Download): Download {
  return {
    ...download,
    phase: null,
    speed: null,
    eta: null,
    attempt: null,
    lease_expires_at: null,
    unsettled_since: null,
  };
}
