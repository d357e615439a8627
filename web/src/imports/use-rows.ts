import { useInfiniteQuery } from '@tanstack/react-query';
import { listRows, type RowsWanted } from './imports-api.ts';

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
  return {
    rows: query.data?.pages.flatMap(({ rows }) => rows) ?? [],
    total: query.data?.pages[0]?.total ?? 0,
    isLoading: query.isLoading,
    hasMore: query.hasNextPage,
    more: () => void query.fetchNextPage(),
  };
}
