import { QueryClient } from '@tanstack/react-query';
import type { Dashboard } from '../../../contract/snapshot.ts';
import { RequestFailed } from '../api/request-failed.ts';
import { accessToken } from '../api/access-token.ts';
import { startDownloads } from '../downloads/live-downloads.ts';
import { startLive } from '../live/live.ts';
import { observable } from '../live/observable.ts';
import { startNotices } from '../notices/live-notices.ts';
import { recordThroughput } from '../overview/throughput.ts';

export type Page = ReturnType<typeof startPage>;

/** What lives as long as the page: its connection, and what was heard over it. */
export function startPage() {
  const live = startLive(accessToken.get());
  accessToken.subscribe(() => live.useToken(accessToken.get()));
  const dashboard = observable<Dashboard | null>(null);
  live.listen('dashboard', ({ data }) => dashboard.set(data));
  return {
    live,
    dashboard,
    downloads: startDownloads(live, dashboard),
    notices: startNotices(live),
    throughput: recordThroughput(dashboard),
    queries: new QueryClient({ defaultOptions: { queries: { retry: isWorthRepeating, staleTime: 10_000 } } }),
  };
}

/** Not what was understood and refused. */
const isWorthRepeating = (failures: number, error: Error) =>
  failures < 3 && !(error instanceof RequestFailed && error.status >= 400 && error.status < 500);
