import type { Dashboard } from '../../../contract/snapshot.ts';
import { observable, type Observable } from '../live/observable.ts';

/** Five minutes, at one each 3 s. */
const KEPT = 100;

export type Throughput = Observable<readonly { at: number; speed: number }[]>;

/** How fast everything together went, as the dashboard told while this page was open. */
export function recordThroughput(dashboard: Observable<Dashboard | null>): Throughput {
  const history: Throughput = observable<readonly { at: number; speed: number }[]>([]);
  dashboard.subscribe(() => {
    const now = dashboard.get();
    if (now === null) return;
    const speed = now.downloads_in_progress.reduce((sum, each) => sum + (each.speed ?? 0), 0);
    history.set([...history.get(), { at: Date.parse(now.timestamp), speed }].slice(-KEPT));
  });
  return history;
}
