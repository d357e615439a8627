import type { Dialect } from '../../contract/dialect.ts';
import { encodeText } from './encoding.ts';
import { NOTE_COLUMNS } from './match-columns.ts';

/** A row that failed: its bytes in the file, from `from` to `to`, and what was wrong with it. */
export type FailedRow = { bytes: Uint8Array; line: number; error: string };

/**
 * The failed rows as a file of the same dialect, byte for byte, to be corrected and sent again. `beginning` is what the file has
 * before its rows: byte order mark, `sep=` and header. `_line` and `_error` come first: there they are where their header says
 * even in a row with too many cells, and a quote left open does not take them in.
 */
export async function* writeFailedRows(
  dialect: Dialect,
  beginning: Uint8Array,
  rows: AsyncIterable<FailedRow> | Iterable<FailedRow>,
): AsyncGenerator<Buffer> {
  const { header_from, rows_from } = dialect;
  yield Buffer.from(beginning.subarray(0, header_from));
  yield* line(dialect, NOTE_COLUMNS, beginning.subarray(header_from, rows_from));
  for await (const { bytes, line: number, error } of rows) yield* line(dialect, [String(number), error], bytes);
}

function* line(
  { encoding, delimiter, newline, quote_escape }: Dialect,
  notes: string[],
  record: Uint8Array,
): Generator<Buffer> {
  const quote = (text: string) => quoted(text.replace(/[\r\n]+/g, ' '), quote_escape);
  yield encodeText(encoding, notes.map((note) => `${quote(note)}${delimiter}`).join(''));
  const bytes = Buffer.from(record);
  yield bytes;
  if (!endsLine(bytes, encoding)) yield encodeText(encoding, newline);
}

function quoted(text: string, escape: Dialect['quote_escape']): string {
  if (/^[\w ]*$/.test(text)) return text;
  const escaped = escape === 'backslash' ? text.replace(/["\\]/g, '\\$&') : text.replaceAll('"', '""');
  return `"${escaped}"`;
}

const endsLine = (bytes: Buffer, encoding: Dialect['encoding']) =>
  ['\n', '\r'].map((end) => encodeText(encoding, end)).some((end) => bytes.subarray(-end.length).equals(end));
