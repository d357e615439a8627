import type { Dialect } from '../../contract/dialect.ts';
import { cutCells } from './cut-cells.ts';
import { cutOffText, toUtf8 } from './encoding.ts';
import { recordSplitter, type Extent, type Fault, type Place, type RawRecord } from './split-records.ts';

/** Less is not worth a call of the parser; the rows of more live long enough to be copied by the garbage collection. */
const BATCH_BYTES = 64 * 1024;

export type Row =
  | (Extent & { kind: 'row'; cells: string[] })
  | (Extent & { kind: 'broken'; code: Fault; value: string });

/** Where the rows of a file begin: behind its header. */
export const firstPlace = ({ rows_from, rows_line }: Dialect): Place => ({ offset: rows_from, line: rows_line });

/**
 * The rows of a file from `start` on, which is where its rows begin or the end of any of them (`to` and `nextLine`);
 * `chunks` are its bytes from there, in any sizes. `from` and `to` count the file's own bytes. Blank rows are left out. Memory does
 * not grow with the file.
 */
export async function* readRows(
  chunks: AsyncIterable<Uint8Array>,
  dialect: Dialect,
  start: Place = firstPlace(dialect),
): AsyncGenerator<Row> {
  const transcoder = toUtf8(dialect.encoding);
  const splitter = recordSplitter(dialect, start);
  let pieces: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks)
    for (let at = 0; at < chunk.length; at += BATCH_BYTES) {
      const piece = transcoder.take(chunk.subarray(at, at + BATCH_BYTES));
      pieces.push(piece);
      bytes += piece.length;
      if (bytes < BATCH_BYTES) continue;
      yield* rowsOf(splitter.push(Buffer.concat(pieces), false), dialect);
      pieces = [];
      bytes = 0;
    }
  yield* rowsOf(splitter.push(Buffer.concat([...pieces, transcoder.end()]), true), dialect);
}

/** The rows that records are; blank ones are none. */
export function* rowsOf(records: RawRecord[], dialect: Pick<Dialect, 'delimiter' | 'quote_escape'>): Generator<Row> {
  // Where the one before is broken, a lone line feed would become half of another's line end.
  const filled = records.filter(({ bytes }) => !isLineEnd(bytes));
  const whole = filled.filter(({ fault }) => fault === null);
  const cut = cutCells(
    whole.map(({ bytes }) => bytes),
    dialect,
  ).values();
  // Named one by one: to copy the rest of an object takes a third as long as to cut the row.
  for (const { bytes, fault, line, from, to, nextLine } of filled) {
    if (fault !== null) {
      yield { kind: 'broken', line, from, to, nextLine, code: fault, value: cutOffText(bytes) };
      continue;
    }
    const cells = cut.next().value ?? [];
    if (cells.some((cell) => cell.trim() !== '')) yield { kind: 'row', line, from, to, nextLine, cells };
  }
}

const isLineEnd = (bytes: Buffer) => bytes[0] === 10 || bytes[0] === 13;
