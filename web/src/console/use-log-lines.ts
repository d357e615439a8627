import { useEffect, useState } from 'react';
import type { LogLine } from '../../../contract/notification.ts';
import { useLive } from '../live/live-context.ts';

/** As many are kept; older ones go. */
const KEPT = 5000;

/** The lines of one log. What comes while it is paused waits. */
export function useLogLines(id: string) {
  const live = useLive();
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [pausedAt, setPausedAt] = useState<number | null>(null);
  useEffect(() => {
    setLines([]);
    setPausedAt(null);
    return live.listen({ logs: id }, (line) => {
      setLines((before) => inOrder(before, line));
    });
  }, [live, id]);
  const shown = pausedAt === null ? lines : lines.slice(0, pausedAt);
  return {
    lines: shown,
    isPaused: pausedAt !== null,
    waiting: lines.length - shown.length,
    pause: () => setPausedAt(lines.length),
    resume: () => setPausedAt(null),
  };
}

function inOrder(before: readonly LogLine[], line: LogLine): readonly LogLine[] {
  const last = before.at(-1);
  if (last === undefined || last.seq < line.seq) return [...before, line].slice(-KEPT);
  if (before.some(({ seq }) => seq === line.seq)) return before;
  return [...before, line].sort((a, b) => a.seq - b.seq);
}
