import type { Status } from '../../contract/download.ts';
import { deleteDownload, type DeleteDownloadDeps } from './delete-download.ts';
import type { DownloadListing } from './listing/table.ts';

/** What one request deletes at most, so that it ends well before its caller gives up. */
const AT_A_TIME = 100;
const SIDE_BY_SIDE = 10;

export type ClearDownloadsDeps = DeleteDownloadDeps & { listing: DownloadListing };

/** Deletes downloads of one status, newest first; `more` says that there may be others. */
export async function clearDownloads(
  app: ClearDownloadsDeps,
  owner: string,
  status: Extract<Status, 'completed' | 'failed' | 'cancelled'>,
): Promise<{ deleted: number; more: boolean }> {
  const { downloads, position } = await app.listing.page({ owner, status }, null, AT_A_TIME);
  let deleted = 0;
  for (let start = 0; start < downloads.length; start += SIDE_BY_SIDE) {
    const results = await Promise.all(
      downloads.slice(start, start + SIDE_BY_SIDE).map(({ id }) => deleteDownload(app, id)),
    );
    deleted += results.filter(Boolean).length;
  }
  return { deleted, more: position !== null };
}
