import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';
import type { Dialect } from '../../contract/dialect.ts';
import { asUtf8 } from './encoding.ts';

type Cutting = Pick<Dialect, 'delimiter' | 'quote_escape'>;

/** The cells of records as `recordSplitter` cuts them, in their order; each record needs its line end, the last may lack it. */
export function cutCells(records: Buffer[], { delimiter, quote_escape }: Cutting): string[][] {
  if (records.length === 0) return [];
  const rows = parse(joined(records), {
    delimiter,
    // Never found out: a file's line ends may be mixed.
    record_delimiter: ['\r\n', '\n', '\r'],
    // Whoever knows the header tells what is wrong with a row that has more or fewer cells.
    relax_column_count: true,
    // A quote within a cell that is not quoted is only a character: 5" screens.
    relax_quotes: true,
  });
  if (rows.length !== records.length) throw new Error(`${records.length} records were read as ${rows.length}`);
  return quote_escape === 'backslash' ? rows.map((cells) => cells.map(unescape)) : rows;
}

const unescape = (cell: string) => (cell.includes('\\') ? cell.replaceAll('\\\\', '\\') : cell);

/** Each in its own encoding: one of Windows-1252 does not spoil the others. */
function joined(records: Buffer[]): Buffer {
  const bytes = Buffer.concat(records);
  return isUtf8(bytes) ? bytes : Buffer.concat(records.map(asUtf8));
}
