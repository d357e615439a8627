import type { DownloadView, Status } from '../../../contract/download.ts';
import type { DownloadUpdate } from '../../../contract/notification.ts';
import { observable, type Observable } from '../live/observable.ts';

const OVER: readonly Status[] = ['completed', 'failed', 'cancelled'];
export const isOver = ({ status }: Pick<DownloadView, 'status'>): boolean => OVER.includes(status);

type Ended = Pick<DownloadView, 'id' | 'title' | 'status'>;
type Entry = { view: DownloadView; heardAt: number; seq: number };

export type DownloadStore = ReturnType<typeof downloadStore>;

/** What this page knows of downloads, whichever way it came: what is newer wins, and what is over stays over. */
export function downloadStore() {
  const entries = new Map<string, Entry>();
  const deleted = new Set<string>();
  /** Heard to be under way, and nothing else known of them yet. */
  const underWay = new Set<string>();
  const listeners = new Map<string, Set<() => void>>();
  /** Counts up when lists may look different: what is in them, or in which of them. */
  const version = observable(0);
  const lastEnded: Observable<Ended | null> = observable<Ended | null>(null);
  let sorted: { at: number; views: readonly DownloadView[] } = { at: -1, views: [] };

  /** Whether lists may look different. */
  function put(view: DownloadView, heardAt: number, seq: number): boolean {
    const before = entries.get(view.id)?.view;
    entries.set(view.id, { view, heardAt, seq });
    for (const listener of listeners.get(view.id) ?? []) listener();
    const wasUnderWay = underWay.delete(view.id) || (before !== undefined && !isOver(before));
    if (wasUnderWay && isOver(view)) lastEnded.set(view);
    return before?.status !== view.status || before.title !== view.title;
  }

  const changed = () => version.set(version.get() + 1);

  /** What was asked for before something newer was heard says nothing new. */
  function isStale(entry: Entry | undefined, view: DownloadView, askedAt: number): boolean {
    if (entry === undefined) return deleted.has(view.id);
    const isRetried = view.status === 'pending' && entry.view.status !== 'pending';
    return entry.heardAt > askedAt || (isOver(entry.view) && !isOver(view) && !isRetried);
  }

  return {
    version,
    /** What ended last while this page was there, whichever way it came. */
    lastEnded,
    get: (id: string): DownloadView | null => entries.get(id)?.view ?? null,
    /** Takes what the API answered to a question of `askedAt`, a `performance.now()`. */
    take(views: readonly DownloadView[], askedAt: number): void {
      const isNews = views.filter((view) => {
        const entry = entries.get(view.id);
        return !isStale(entry, view, askedAt) && put(view, askedAt, entry?.seq ?? 0);
      });
      if (isNews.length > 0) changed();
    },
    /** Takes what was told live; false when nothing else is known of this download. */
    hear({ download_id: id, seq, data }: DownloadUpdate, now: number): boolean {
      if (data.error_code === 'deleted') {
        this.remove(id);
        return true;
      }
      const entry = entries.get(id);
      if (entry === undefined) {
        if (deleted.has(id)) return true;
        if (!isOver(data)) underWay.add(id);
        else if (lastEnded.get()?.id !== id) {
          // So short that it was over before anything else was known of it.
          underWay.delete(id);
          lastEnded.set({ ...data, id });
        }
        return false;
      }
      if (seq > entry.seq && put({ ...entry.view, ...data }, now, seq)) changed();
      return true;
    },
    /** For good: a list that was asked for before does not bring it back. */
    remove(id: string): void {
      deleted.add(id);
      if (entries.delete(id)) changed();
    },
    isDeleted: (id: string): boolean => deleted.has(id),
    /** After a deletion that was thought better of. */
    restore(view: DownloadView): void {
      deleted.delete(view.id);
      put(view, -1, 0);
      changed();
    },
    /** Newest first. */
    all(): readonly DownloadView[] {
      if (sorted.at !== version.get()) {
        sorted = { at: version.get(), views: [...entries.values()].map(({ view }) => view).sort(newestFirst) };
      }
      return sorted.views;
    },
    subscribeTo(id: string, listener: () => void): () => void {
      const known = listeners.get(id) ?? new Set();
      listeners.set(id, known.add(listener));
      return () => {
        known.delete(listener);
        if (known.size === 0) listeners.delete(id);
      };
    },
  };
}

function newestFirst(a: DownloadView, b: DownloadView): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? 1 : -1;
  return a.id < b.id ? 1 : -1;
}
