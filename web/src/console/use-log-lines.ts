import { useEffect, useState } from 'react';
import type { LogLine } from '../../../contract/notification.ts';
import { useLive } from '../live/live-context.ts';
import { withLines } from './with-lines.ts';

/** A frame: what arrives within it is drawn together. */
const GATHER_MS = 16;

/** The lines of one log, its history first. Whoever shows it twice hands them on: only the first who listens hears the history. */
export function useLogLines(id: string): readonly LogLine[] {
  const live = useLive();
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  useEffect(() => {
    let arrived: LogLine[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    setLines([]);
    const end = live.listen({ logs: id }, (line) => {
      arrived.push(line);
      timer ??= setTimeout(() => {
        const gathered = arrived;
        arrived = [];
        timer = undefined;
        setLines((before) => withLines(before, gathered));
      }, GATHER_MS);
    });
    return () => {
      end();
      clearTimeout(timer);
    };
  }, [live, id]);
  return lines;
}
