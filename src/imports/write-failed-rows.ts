import type { Dialect } from '../../contract/dialect.ts';
import { encodeText, originalBytes, toUtf8 } from './encoding.ts';
import { NOTE_COLUMNS } from './match-columns.ts';

/** Of a line, in bytes: the errors of one row are some sentences. */
const MOST_NOTES = 16 * 1024;

/** A row that failed: its bytes in the file, from `from` to `to`, and what was wrong with it. */
export type FailedRow = { bytes: Uint8Array; line: number; error: string };

/**
 * The failed rows as a file of the same dialect, byte for byte, to be corrected and sent again. `beginning` is what the file has
 * before its rows: byte order mark, `sep=` and header. `_line` and `_error` come first: there they are where their header says
 * even in a row with too many cells, and a quote left open does not take them in. Those of an earlier such file are replaced.
 */
export async function* writeFailedRows(
  dialect: Dialect,
  beginning: Uint8Array,
  rows: AsyncIterable<FailedRow> | Iterable<FailedRow>,
): AsyncGenerator<Buffer> {
  const { header_from, rows_from } = dialect;
  yield Buffer.from(beginning.subarray(0, header_from));
  const header = Buffer.from(beginning.subarray(header_from, rows_from));
  const headerNotes = notesIn(header, '_line', dialect);
  yield* line(dialect, NOTE_COLUMNS, header.subarray(headerNotes));
  for await (const { bytes, line: number, error } of rows) {
    const row = Buffer.from(bytes);
    yield* line(
      dialect,
      [String(number), error],
      headerNotes === 0 ? row : row.subarray(notesIn(row, '\\d*', dialect)),
    );
  }
}

function* line(
  { encoding, delimiter, newline, quote_escape }: Dialect,
  notes: string[],
  bytes: Buffer,
): Generator<Buffer> {
  const quote = (text: string) => quoted(text.replace(/[\r\n]+/g, ' '), quote_escape);
  yield encodeText(encoding, notes.map((note) => `${quote(note)}${delimiter}`).join(''));
  yield bytes;
  if (!endsLine(bytes, encoding)) yield encodeText(encoding, newline);
}

/** How many bytes the notes at the beginning of a line take. */
function notesIn(bytes: Buffer, first: string, { encoding, delimiter, quote_escape }: Dialect): number {
  const text = toUtf8(encoding).take(bytes.subarray(0, MOST_NOTES));
  const escaped = quote_escape === 'backslash' ? '\\\\.|""' : '""';
  const error = `(?:"(?:${escaped}|[^"])*"|[^"${delimiter}\\r\\n]*)`;
  const notes = new RegExp(`^"?${first}"?[${delimiter}]${error}[${delimiter}]`).exec(text.toString('latin1'));
  return originalBytes(encoding, text.subarray(0, notes?.[0].length ?? 0));
}

function quoted(text: string, escape: Dialect['quote_escape']): string {
  if (/^[\w ]*$/.test(text)) return text;
  const escaped = escape === 'backslash' ? text.replace(/["\\]/g, '\\$&') : text.replaceAll('"', '""');
  return `"${escaped}"`;
}

const endsLine = (bytes: Buffer, encoding: Dialect['encoding']) =>
  ['\n', '\r'].map((end) => encodeText(encoding, end)).some((end) => bytes.subarray(-end.length).equals(end));
