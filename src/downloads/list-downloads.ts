import type { DownloadListing, Filter } from './listing/table.ts';
import type { Download } from './download.ts';

/** One request looks at no more than this many records, however rare the text it searches for. */
const MAX_EXAMINED = 1000;
const PAGE = 100;

export type ListQuery = Filter & { q?: string | undefined; limit: number; cursor?: string | undefined };
export type ListResult = { downloads: Download[]; cursor: string | null; examined: number };

/** One page of downloads, newest first; with `q`, those whose title or URL contains it, whatever its case. */
export async function listDownloads(listing: DownloadListing, query: ListQuery): Promise<ListResult> {
  const { q, limit } = query;
  if (q === undefined) {
    const { downloads, position } = await listing.page(query, query.cursor ?? null, limit);
    return { downloads, cursor: position, examined: downloads.length };
  }
  const wanted = q.toLowerCase();
  const downloads: Download[] = [];
  let cursor = query.cursor ?? null;
  let examined = 0;
  do {
    const page = await listing.page(query, cursor, PAGE);
    for (const download of page.downloads) {
      examined += 1;
      if (!`${download.title}\n${download.url}`.toLowerCase().includes(wanted)) continue;
      downloads.push(download);
      if (downloads.length === limit) return { downloads, cursor: `${download.created_at}#${download.id}`, examined };
    }
    cursor = page.position;
  } while (cursor !== null && examined < MAX_EXAMINED);
  return { downloads, cursor, examined };
}
