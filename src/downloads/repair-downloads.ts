import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import { deleteDownload, type DeleteDownloadDeps } from './delete-download.ts';
import type { DownloadMessage } from './download-message.ts';
import { hasExpired } from './expiry.ts';
import type { RepairsTable } from './repairs/table.ts';
import type { DownloadsTable } from './table.ts';

/** Younger ones are still in somebody's hands. */
const SETTLED_WITHIN_MS = 60_000;

export type RepairDownloadsDeps = DeleteDownloadDeps & {
  repairs: RepairsTable;
  downloads: Pick<DownloadsTable, 'settle'>;
  queue: Queue<DownloadMessage>;
};

/** Finishes what processes that died left undone, and deletes what has been kept for long enough. Doing it twice does no harm: a message only says "look at it". */
export async function repairDownloads(app: RepairDownloadsDeps): Promise<void> {
  const now = app.now();
  const before = new Date(now.getTime() - SETTLED_WITHIN_MS);
  const [{ unqueued, discarded }, abandoned, expired] = await Promise.all([
    app.repairs.unsettledBefore(before),
    app.repairs.abandonedBefore(before),
    app.repairs.expiredBefore(now),
  ]);
  const repairs = [
    ...unqueued.map(async ({ id }) => {
      await app.queue.send({ id });
      await app.downloads.settle(id);
    }),
    ...discarded.map(async ({ discarded_id, media_key, keep }) => {
      await app.discard(media_key, keep);
      await app.downloads.forgetDiscarded(discarded_id);
    }),
    ...abandoned.map(({ id }) => app.queue.send({ id })),
    // One that is being tried again meanwhile has not expired any more.
    ...expired.map(({ id }) => deleteDownload(app, id, (download) => hasExpired(download, now))),
  ];
  const results = await Promise.allSettled(repairs);
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) log.warn('repair failed; the next run tries again', { error: reason });
  if (repairs.length > 0) {
    log.info('repaired', {
      queued: unqueued.length,
      discarded: discarded.length,
      taken_up: abandoned.length,
      expired: expired.length,
      failed: failed.length,
    });
  }
}
