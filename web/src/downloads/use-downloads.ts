import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useSyncExternalStore } from 'react';
import type { DownloadView } from '../../../contract/download.ts';
import { useObservable } from '../live/observable.ts';
import { usePage } from '../page/page-context.ts';
import { listDownloads, type DownloadFilter } from './downloads-api.ts';
import { folded } from './folded.ts';

export function useDownload(id: string): DownloadView | null {
  const { store } = usePage().downloads;
  return useSyncExternalStore(
    useCallback((changed: () => void) => store.subscribeTo(id, changed), [store, id]),
    () => store.get(id),
  );
}

/** The ids of the downloads that a filter shows, newest first, as far as they were read; `more` reads on. */
export function useDownloads(filter: DownloadFilter) {
  const { store } = usePage().downloads;
  const version = useObservable(store.version);
  const query = useInfiniteQuery({
    queryKey: ['downloads', filter],
    initialPageParam: null,
    queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => {
      const askedAt = performance.now();
      const page = await listDownloads(filter, pageParam, signal);
      store.take(page.downloads, askedAt);
      return { oldest: page.downloads.at(-1)?.created_at ?? null, next: page.next_cursor };
    },
    getNextPageParam: ({ next }) => next,
    // The store keeps what was read up to date: reading it all again would say nothing new.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data, hasNextPage } = query;
  const ids = useMemo(() => {
    const oldest = data?.pages.findLast((page) => page.oldest !== null)?.oldest ?? null;
    // What is older than what was read would stand among gaps.
    const isRead = ({ created_at }: DownloadView) => !hasNextPage || (oldest !== null && created_at >= oldest);
    const isMeant = meantBy(filter);
    return store
      .all()
      .filter((view) => isMeant(view) && isRead(view))
      .map(({ id }) => id);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the version stands for what the store holds.
  }, [store, version, data, hasNextPage, filter]);
  return {
    ids,
    isLoading: query.isPending,
    error: query.isError ? query.error : null,
    retry: () => void query.refetch(),
    hasMore: hasNextPage,
    more: () => {
      if (!query.isFetching) void query.fetchNextPage();
    },
  };
}

function meantBy({ status, q }: DownloadFilter): (view: DownloadView) => boolean {
  const wanted = folded(q);
  return (view) =>
    (status === null || view.status === status) &&
    (wanted === '' || folded(view.title).includes(wanted) || folded(view.url).includes(wanted));
}
