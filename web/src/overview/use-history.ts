import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { downloadHistory } from '../../../contract/download-history.ts';
import type { Dashboard } from '../../../contract/snapshot.ts';
import { call } from '../api/call.ts';
import { useDashboard } from '../page/page-context.ts';

/** What happened lately by hour and day, read again when the dashboard, which is told each 3 s, says that something was counted. */
export function useHistory() {
  const queries = useQueryClient();
  const dashboard = useDashboard();
  const counted = dashboard === null ? null : countedIn(dashboard);
  useEffect(() => {
    if (counted !== null) void queries.invalidateQueries({ queryKey: ['history'] });
  }, [counted, queries]);
  return useQuery({
    queryKey: ['history'],
    queryFn: ({ signal }) => call(downloadHistory, '/downloads/stats/history', { signal }),
    enabled: counted !== null,
    staleTime: Infinity,
  });
}

/** While this stays the same, so does the history: its numbers, and the hour. */
function countedIn({ queue_stats, system_stats, timestamp }: Dashboard): string {
  const { total, completed, failed } = queue_stats;
  const { downloads_today, total_storage_used, average_download_time } = system_stats;
  const numbers = [total, completed, failed, downloads_today, total_storage_used, average_download_time];
  return `${timestamp.slice(0, 'YYYY-MM-DDTHH'.length)} ${numbers.join(' ')}`;
}
