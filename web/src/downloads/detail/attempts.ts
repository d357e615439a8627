import type { LogCode } from '../../../../contract/log-code.ts';
import type { LogLine } from '../../../../contract/notification.ts';

/** `taken_over`: its worker stopped, and the next attempt went on from there. */
export type Ending = 'completed' | 'paused' | 'cancelled' | 'failed' | 'taken_over';

export type Attempt = {
  number: number;
  startedAt: string;
  /** How much of the download was there already. */
  fromPercent: number;
  /** With the line that tells it; null: it is running. */
  end: { how: Ending; line: LogLine } | null;
};

const ENDINGS: Partial<Record<LogCode, Ending>> = {
  download_completed: 'completed',
  download_paused: 'paused',
  download_cancelled: 'cancelled',
  download_deleted: 'cancelled',
  download_failed: 'failed',
  // A new one begins only when the one before is over.
  download_started: 'taken_over',
  download_taken_over: 'taken_over',
};

/** The attempts that a download's log tells of, newest first. */
export function attemptsOf(lines: readonly LogLine[]): Attempt[] {
  const attempts: Attempt[] = [];
  for (const line of lines) {
    const { code, values, at } = line;
    const how = code && ENDINGS[code];
    const last = attempts.at(-1);
    if (how !== undefined && last?.end === null) last.end = { how, line };
    if (how === 'taken_over') {
      attempts.push({ number: attempts.length + 1, startedAt: at, fromPercent: values?.percent ?? 0, end: null });
    }
  }
  return attempts.reverse();
}
