import { MOST_ROWS_TOLD } from '../../contract/import.ts';
import type { Entry } from './read-entry.ts';
import type { Row } from './read-rows.ts';
import type { Place } from './split-records.ts';

/** Rows between two checkpoints, at most; the first batch of a worker that takes over has so many, to hold all of the one that died. */
export const MOST_ROWS = 500;
/** The errors of the next row may come to 16 KB: all of a batch are told in one message of less than 32 KB. */
const ERROR_BYTES = 14 * 1024;
const MOST_BYTES = 2 * 1024 * 1024;

/** Some rows of the file, and the border behind them; `last`: there are no more. */
export type Batch = { entries: Entry[]; place: Place; last: boolean };

/** The next rows: where a batch ends depends on the rows and on `size` alone, so that whoever reads them again makes the same batch. */
export async function gatherBatch(
  rows: AsyncIterator<Row>,
  start: Place,
  size: number,
  read: (row: Row) => Entry,
): Promise<Batch> {
  const entries: Entry[] = [];
  let place = start;
  let [failed, errorBytes] = [0, 0];
  while (
    entries.length < size &&
    failed < MOST_ROWS_TOLD &&
    errorBytes < ERROR_BYTES &&
    place.offset - start.offset < MOST_BYTES
  ) {
    const { value: row, done } = await rows.next();
    if (done === true) return { entries, place, last: true };
    const entry = read(row);
    entries.push(entry);
    place = { offset: row.to, line: row.nextLine };
    if (entry.kind !== 'failed') continue;
    failed += 1;
    errorBytes += Buffer.byteLength(JSON.stringify(entry.errors));
  }
  return { entries, place, last: false };
}
