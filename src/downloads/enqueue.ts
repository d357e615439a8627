import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import type { DownloadMessage } from './download-message.ts';
import type { DownloadsTable } from './table.ts';

export type EnqueueDeps = { downloads: Pick<DownloadsTable, 'settle'>; queue: Queue<DownloadMessage> };

/** The download is accepted whether or not this succeeds: the janitor sends the messages of those that stay unsettled. */
export async function enqueue(app: EnqueueDeps, id: string): Promise<void> {
  try {
    await app.queue.send({ id });
    await app.downloads.settle(id);
  } catch (error) {
    log.warn('not queued; left to the janitor', { download_id: id, error });
  }
}
