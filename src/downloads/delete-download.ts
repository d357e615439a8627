import { log } from '../aws/log.ts';
import type { Download } from './download.ts';
import { discardNow, type DiscardDeps } from './dropped-bytes.ts';
import type { DownloadsTable } from './table.ts';

export type DeleteDownloadDeps = DiscardDeps & {
  downloads: Pick<DownloadsTable, 'remove'>;
  now: () => Date;
};

/**
 * Deletes the record, then its bytes, unless other downloads share them. A running download is stopped by losing its record; its bytes, and those that cannot be
 * deleted now, are left to the janitor. False: there is no such download, or it is not one of those that are meant.
 */
export async function deleteDownload(
  app: DeleteDownloadDeps,
  id: string,
  meant?: (download: Download) => boolean,
): Promise<boolean> {
  const removed = await app.downloads.remove(id, app.now(), meant);
  if (removed === null) return false;
  const { download, dropped } = removed;
  log.info('download deleted', { download_id: id, status: download.status, freed: dropped !== null });
  const inherited = download.status === 'completed' ? null : download.media_key;
  if (download.lease_expires_at === null) await discardNow(app, dropped, inherited);
  return true;
}
