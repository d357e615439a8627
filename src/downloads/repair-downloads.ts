import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import type { DownloadMessage } from './download-message.ts';
import type { RepairsTable } from './repairs/table.ts';
import type { DownloadsTable } from './table.ts';

/** Younger ones are still in somebody's hands. */
const SETTLED_WITHIN_MS = 60_000;

export type RepairDownloadsDeps = {
  repairs: RepairsTable;
  downloads: Pick<DownloadsTable, 'settle' | 'forgetDiscarded'>;
  queue: Queue<DownloadMessage>;
  discard: (key: string, keep: string | null) => Promise<void>;
  now: () => Date;
};

/** Finishes what processes that died left undone. Doing it twice does no harm: a message only says "look at it". */
export async function repairDownloads(app: RepairDownloadsDeps): Promise<void> {
  const before = new Date(app.now().getTime() - SETTLED_WITHIN_MS);
  const [{ unqueued, discarded }, abandoned] = await Promise.all([
    app.repairs.unsettledBefore(before),
    app.repairs.abandonedBefore(before),
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
  ];
  const results = await Promise.allSettled(repairs);
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) log.warn('repair failed; the next run tries again', { error: reason });
  if (repairs.length > 0) {
    log.info('repaired', {
      queued: unqueued.length,
      discarded: discarded.length,
      taken_up: abandoned.length,
      failed: failed.length,
    });
  }
}
