import { pause } from '../pause.ts';
import { type Pace, speedometer } from '../media/progress.ts';

/** At most two a second: enough for a living bar, and cost follows time instead of bytes. */
const INTERVAL_MS = 500;
/** After so long without a byte people are told so. */
const STALLED_MS = 20_000;

export type ProgressReport = {
  /** Takes note of how many bytes there are now; costs nothing. The first note is where this attempt begins. */
  report: (bytes: number) => void;
  /** Aborted, with AttemptLost, when a write found that the attempt lost its hold; `stop` throws it too. */
  lost: AbortSignal;
  /** Ends the reporting: after it resolves nothing more is written. */
  stop: () => Promise<void>;
};

type Reporting = {
  write: (bytes: number, pace: Pace, at: Date) => Promise<void>;
  total: () => number | null;
  now: () => Date;
};

/** Writes the newest progress, twice a second while it changes; and once, when it has not changed for long, that it stands still. */
export function reportProgress({ write, total, now }: Reporting, intervalMs = INTERVAL_MS): ProgressReport {
  const over = new AbortController();
  const lost = new AbortController();
  const paceAt = speedometer(now);
  let bytes: number | null = null;

  const writeAll = async (): Promise<void> => {
    let written = 0;
    let movedAt = now().getTime();
    let toldStalled = false;
    while (!over.signal.aborted) {
      if (bytes !== null) {
        const pace = paceAt(bytes, total());
        const at = now();
        if (bytes > written) {
          written = bytes;
          movedAt = at.getTime();
          toldStalled = false;
          await write(written, pace, at);
        } else if (!toldStalled && at.getTime() - movedAt >= STALLED_MS) {
          toldStalled = true;
          await write(written, { speed: 0, eta: null }, at);
        }
      }
      await pause(intervalMs, over.signal);
    }
  };
  const writing = writeAll().catch((error: unknown) => lost.abort(error));

  return {
    report: (count) => {
      // Called for every chunk: the first call, and only that, is measured at once.
      if (bytes === null) paceAt(count, null);
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
