import { pause } from '../pause.ts';
import { speedometer } from '../media/progress.ts';
import type { Attempt, AttemptsTable } from './attempts/table.ts';

/** At most two a second: enough for a living bar, and cost follows time instead of bytes. */
const INTERVAL_MS = 500;

export type ProgressReport = {
  /** Takes note of how many bytes there are now; costs nothing. */
  report: (bytes: number) => void;
  /** Aborted, with AttemptLost, when a write found that the attempt lost its hold; `stop` throws it too. */
  lost: AbortSignal;
  /** Ends the reporting: after it resolves nothing more is written. */
  stop: () => Promise<void>;
};

/** Writes the newest progress, twice a second while it changes. */
export function reportProgress(
  attempts: Pick<AttemptsTable, 'progress'>,
  attempt: Attempt,
  now: () => Date,
): ProgressReport {
  const over = new AbortController();
  const lost = new AbortController();
  const paceAt = speedometer(now);
  let bytes = 0;

  const write = async (): Promise<void> => {
    let written = 0;
    while (!over.signal.aborted) {
      const pace = paceAt(bytes, attempt.download.bytes_total);
      if (bytes > written) {
        written = bytes;
        await attempts.progress(attempt, { bytes_downloaded: written, ...pace }, now());
      }
      await pause(INTERVAL_MS, over.signal);
    }
  };
  const writing = write().catch((error: unknown) => lost.abort(error));

  return {
    report: (count) => {
      bytes = count;
    },
    lost: lost.signal,
    async stop() {
      over.abort();
      await writing;
      lost.signal.throwIfAborted();
    },
  };
}
