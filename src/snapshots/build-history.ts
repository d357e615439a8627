import type { Counted } from '../../contract/counters.ts';
import { DAYS_TOLD, HOURS_TOLD, type DownloadHistory } from '../../contract/download-history.ts';
import type { StateTable } from './state/table.ts';

export type BuildHistoryDeps = { table: Pick<StateTable, 'counters'>; now: () => Date };

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** What happened lately as it is now: one read, the same whatever is on record. */
export async function buildHistory({ table, now }: BuildHistoryDeps): Promise<DownloadHistory> {
  const counters = await table.counters();
  const time = now();
  return {
    hours: startsOf(HOURS_TOLD, HOUR_MS, time).map((hour) => ({
      at: hour.toISOString(),
      ...eachOf((counted) => counters.inHour(hour, counted)),
    })),
    days: startsOf(DAYS_TOLD, DAY_MS, time).map((day) => ({
      day: day.toISOString().slice(0, 'YYYY-MM-DD'.length),
      ...eachOf((counted) => counters.onDay(day, counted)),
    })),
  };
}

/** Starts of the last so many spans of UTC, the oldest first, the one of this time last. */
function startsOf(spans: number, ms: number, time: Date): Date[] {
  const last = Math.floor(time.getTime() / ms);
  return Array.from({ length: spans }, (_, n) => new Date((last - spans + 1 + n) * ms));
}

const eachOf = (count: (counted: Counted) => number): Record<Counted, number> => ({
  requested: count('requested'),
  completed: count('completed'),
  failed: count('failed'),
});
