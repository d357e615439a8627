import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { listRows, type RowsWanted } from './imports-api.ts';

/** A page may be short: so many are read without being asked for. */
const READ_AT_ONCE = 100;

/** Rows of an import, in the order of their lines, as far as they were read. */
export function useRows(id: string, wanted: RowsWanted, isWanted = true) {
  const query = useInfiniteQuery({
    queryKey: ['import-rows', id, wanted],
    initialPageParam: null,
    queryFn: ({ pageParam, signal }: { pageParam: number | null; signal: AbortSignal }) =>
      listRows(id, wanted, pageParam, signal),
    getNextPageParam: ({ next_cursor }) => next_cursor,
    enabled: isWanted,
  });
  const { hasNextPage, isFetching, fetchNextPage } = query;
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  const isShort = rows.length < READ_AT_ONCE;
  useEffect(() => {
    if (isShort && hasNextPage && !isFetching) void fetchNextPage();
  }, [isShort, hasNextPage, isFetching, fetchNextPage]);
  return {
    rows,
    total: query.data?.pages[0]?.total ?? 0,
    isLoading: query.isLoading,
    pagesRead: query.data?.pages.length ?? 0,
    hasMore: hasNextPage,
    more: () => {
      if (!isFetching) void fetchNextPage();
    },
  };
}
