import { log } from '../aws/log.ts';
import { discardedId, type DownloadsTable } from './table.ts';

export type DeleteDownloadDeps = {
  downloads: Pick<DownloadsTable, 'remove' | 'forgetDiscarded'>;
  /** Deletes what was stored under a key: the object, and the parts of an unfinished upload. */
  discard: (key: string, uploadId: string | null) => Promise<void>;
  now: () => Date;
};

/**
 * Deletes the record, then its bytes. A running download is stopped by losing its record; its bytes, and those that cannot be
 * deleted now, are left to the janitor. False: there was no such download.
 */
export async function deleteDownload(app: DeleteDownloadDeps, id: string): Promise<boolean> {
  const download = await app.downloads.remove(id, app.now());
  if (download === null) return false;
  log.info('download deleted', { download_id: id, status: download.status });
  if (download.media_key === null || download.lease_expires_at !== null) return true;
  try {
    await app.discard(download.media_key, download.upload_id);
    await app.downloads.forgetDiscarded(discardedId(download));
  } catch (error) {
    log.warn('bytes not deleted; left to the janitor', { download_id: id, error });
  }
  return true;
}
