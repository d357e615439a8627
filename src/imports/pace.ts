import type { Pace } from './import-news.ts';
import { MOST_ROWS } from './gather-batch.ts';

/** Listeners are told four times a second or more, so a batch with its checkpoint should take less than a quarter of one. */
const BATCH_MS = 180;
const [FIRST_ROWS, LEAST_ROWS] = [50, 10];
/** Of the newest batch in the speed that is told. */
const WEIGHT = 0.2;

export type Pacer = {
  /** How many rows the next batch should have. */
  size(): number;
  measured(batch: { rows: number; bytes: number; ms: number }): void;
  pace(bytesLeft: number): Pace;
};

/** Measures how fast rows are dealt with; of a worker that takes over the first batch is as large as any. */
export function pacer(takenOver: boolean): Pacer {
  let size = takenOver ? MOST_ROWS : FIRST_ROWS;
  let speed: { rows: number; bytes: number } | null = null;
  return {
    size: () => size,
    measured({ rows, bytes, ms }) {
      const seconds = Math.max(ms, 1) / 1000;
      const now = { rows: rows / seconds, bytes: bytes / seconds };
      const mixed = (before: number, after: number) => before + WEIGHT * (after - before);
      speed = speed === null ? now : { rows: mixed(speed.rows, now.rows), bytes: mixed(speed.bytes, now.bytes) };
      const fitting = Math.floor((now.rows * BATCH_MS) / 1000);
      // Not more than doubled at once: one quick batch says little.
      size = Math.max(LEAST_ROWS, Math.min(MOST_ROWS, size * 2, fitting));
    },
    pace(bytesLeft) {
      if (speed === null) return { rows_per_second: null, eta: null };
      const eta = speed.bytes > 0 ? Math.round((bytesLeft / speed.bytes) * 10) / 10 : null;
      return { rows_per_second: Math.round(speed.rows), eta };
    },
  };
}
