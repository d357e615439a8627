import type { LogLine } from '../../../contract/notification.ts';

/** As many are kept; older ones go. */
export const KEPT_LINES = 5000;

/** A log with what has arrived: in order, none twice, the newest of them. */
export function withLines(before: readonly LogLine[], arrived: readonly LogLine[]): readonly LogLine[] {
  const last = before.at(-1)?.seq ?? 0;
  const isNext = arrived.every(({ seq }, index) => seq > (arrived[index - 1]?.seq ?? last));
  const all = [...before, ...arrived];
  if (isNext) return all.slice(-KEPT_LINES);
  const known = new Map(all.map((line) => [line.seq, line]));
  return [...known.values()].sort((a, b) => a.seq - b.seq).slice(-KEPT_LINES);
}
