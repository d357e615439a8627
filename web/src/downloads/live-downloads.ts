import type { Dashboard } from '../../../contract/snapshot.ts';
import { RequestFailed } from '../api/request-failed.ts';
import type { Live } from '../live/live.ts';
import type { Observable } from '../live/observable.ts';
import { downloadStore, isOver, type DownloadStore } from './download-store.ts';
import { getDownload, listDownloads } from './downloads-api.ts';

/** What is to be read again is gathered this long: a batch makes a hundred downloads at once. */
const GATHER_MS = 250;
/** More than these are read as a list. */
const ONE_BY_ONE = 5;
/** What is told of each download may begin to be heard a little later than the dashboard: so many of its snapshots are compared. */
const COMPARED = 2;
const EVERYTHING = { status: null, q: '' };

export type LiveDownloads = {
  store: DownloadStore;
  refresh: (id: string) => void;
};

/** Keeps what is known of downloads live: by what is told of each, and where that does not come by what the dashboard tells. */
export function startDownloads(live: Live, dashboard: Observable<Dashboard | null>): LiveDownloads {
  const store = downloadStore();
  const wanted = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | null = null;

  function refresh(id: string): void {
    wanted.add(id);
    timer ??= setTimeout(() => {
      timer = null;
      const ids = [...wanted];
      wanted.clear();
      void read(ids).catch(forgive);
    }, GATHER_MS);
  }

  async function read(ids: string[]): Promise<void> {
    const listed = ids.length > ONE_BY_ONE ? await readNewest() : new Set<string>();
    for (const id of ids) {
      // It may have been deleted while others were read.
      if (listed.has(id) || store.isDeleted(id)) continue;
      const askedAt = performance.now();
      const view = await getDownload(id);
      if (view === null) store.remove(id);
      else store.take([view], askedAt);
    }
  }

  async function readNewest(): Promise<Set<string>> {
    const askedAt = performance.now();
    const { downloads } = await listDownloads(EVERYTHING, null);
    store.take(downloads, askedAt);
    return new Set(downloads.map(({ id }) => id));
  }

  live.listen('deltas', (update) => {
    // The API says more than a notification does: when it began and ended, and in the reader's language.
    const { download_id: id, data } = update;
    const isKnown = store.hear(update, performance.now());
    if (data.error_code !== 'deleted' && (!isKnown || isOver(data))) refresh(id);
  });

  live.resyncs.subscribe(() => {
    void readNewest().catch(forgive);
    for (const view of store.all()) if (!isOver(view)) refresh(view.id);
  });

  let total = -1;
  let snapshots = 0;
  live.state.subscribe(() => {
    snapshots = 0;
  });
  dashboard.subscribe(() => {
    const now = dashboard.get();
    const isTold = live.state.get().transport === 'websocket';
    snapshots += 1;
    if (now === null || (isTold && snapshots > COMPARED)) return;
    const askedAt = performance.now();
    const running = new Set(now.downloads_in_progress.map(({ id }) => id));
    for (const progress of now.downloads_in_progress) {
      const known = store.get(progress.id);
      if (known === null) refresh(progress.id);
      // What was told of it is newer.
      else if (!isTold) store.take([{ ...known, ...progress }], askedAt);
    }
    for (const { id, status } of store.all()) if (status === 'downloading' && !running.has(id)) refresh(id);
    if (now.queue_stats.total !== total) void readNewest().catch(forgive);
    total = now.queue_stats.total;
  });

  return { store, refresh };
}

/** The connection's indicator says already that nothing answers, and coming back reads everything again. */
function forgive(error: unknown): void {
  if (!(error instanceof RequestFailed)) throw error;
}
