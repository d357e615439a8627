import { dialect, type Dialect, type Encoding, type EventColumn } from '../../contract/dialect.ts';
import type { ImportFailureCode } from '../../contract/import-failure.ts';
import { cutCells } from './cut-cells.ts';
import { dateStyleOf } from './date-style.ts';
import { bomOf, detectEncoding, originalBytes, toUtf8 } from './encoding.ts';
import { foreignFormat } from './foreign-format.ts';
import { matchColumns } from './match-columns.ts';
import { rowsOf, type Row } from './read-rows.ts';
import { recordSplitter, type RawRecord } from './split-records.ts';

/** What is looked at; more does not help. */
export const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'] as const;
type Delimiter = Dialect['delimiter'];

export type Detected =
  | { kind: 'dialect'; dialect: Dialect }
  | { kind: 'failure'; code: ImportFailureCode; columns: EventColumn[] };

/** How a file is written, from its first bytes, or why it cannot be imported; `length` is what the whole file has. */
export function detectDialect(beginning: Uint8Array, length: number): Detected {
  const sample = Buffer.from(beginning.subarray(0, SAMPLE_BYTES));
  const whole = length <= sample.length;
  const detected = detectEncoding(sample);
  if (detected === null) return failure('unknown_encoding');
  const bom = detected.bom ? bomOf(detected.encoding).length : 0;
  const transcoder = toUtf8(detected.encoding);
  const text = transcoder.take(sample.subarray(bom));
  if (whole && text.toString('latin1').trim() === '') return failure('empty_file');
  const foreign = foreignFormat(sample, text);
  if (foreign !== null) return failure(foreign);
  return dialectOf({ ...detected, text, whole, offset: bom });
}

type Sample = { encoding: Encoding; bom: boolean; text: Buffer; whole: boolean; offset: number };

function dialectOf(sample: Sample): Detected {
  const header = headerOf(sample);
  if (header === null)
    return sample.whole ? failure('missing_columns', matchColumns([]).missing) : failure('header_too_long');
  const { columns, unknown, missing } = matchColumns(header.cells);
  if (missing.length > 0) return failure('missing_columns', missing);
  const shape = { encoding: sample.encoding, delimiter: header.delimiter, width: header.cells.length };
  const place = { offset: header.record.to, line: header.record.nextLine };
  const read = (quote_escape: Dialect['quote_escape']) => {
    const records = recordSplitter({ ...shape, quote_escape }, place).push(Buffer.from(header.rest), sample.whole);
    return { quote_escape, rows: [...rowsOf(records, { ...shape, quote_escape })] };
  };
  const { quote_escape, rows } = better(read('doubled'), read('backslash'), shape.width);
  if (sample.whole && rows.length === 0) return failure('header_only');
  const found = {
    ...shape,
    quote_escape,
    bom: sample.bom,
    newline: newlineOf(header.record.bytes),
    date_style: dateStyleOf(
      rows.flatMap((row) => (row.kind === 'row' ? (row.cells[columns.event_date ?? -1] ?? []) : [])),
    ),
    columns,
    unknown_columns: unknown,
    header_from: header.record.from,
    rows_from: place.offset,
    rows_line: place.line,
  };
  return { kind: 'dialect', dialect: dialect.parse(found) };
}

type Header = { delimiter: Delimiter; record: RawRecord; cells: string[]; rest: Buffer };

/** The first record that says anything, cut by the delimiter that finds the most known columns in it. Null: it does not end. */
function headerOf(sample: Sample): Header | null {
  const { text, line, delimiters } = afterSeparatorLine(sample.text);
  const skipped = sample.text.length - text.length;
  const place = { offset: sample.offset + originalBytes(sample.encoding, sample.text.subarray(0, skipped)), line };
  const headers = delimiters.flatMap((delimiter) => {
    const grammar = { delimiter, quote_escape: 'doubled' } as const;
    const splitter = recordSplitter({ ...grammar, encoding: sample.encoding, width: null }, place);
    const records = splitter.push(Buffer.from(text), sample.whole);
    for (const [index, record] of records.entries()) {
      if (record.fault !== null) return [];
      const [cells = []] = cutCells([record.bytes], grammar);
      if (cells.every((cell) => cell.trim() === '')) continue;
      const passed = records.slice(0, index + 1).reduce((sum, { bytes }) => sum + bytes.length, 0);
      return [{ delimiter, record, cells, rest: text.subarray(passed) }];
    }
    return [];
  });
  const known = ({ cells }: Header) => Object.keys(matchColumns(cells).columns).length;
  return headers.toSorted((a, b) => known(b) - known(a) || b.cells.length - a.cells.length)[0] ?? null;
}

/** Excel's own first line, `sep=;`, says what the delimiter is. */
function afterSeparatorLine(text: Buffer): { text: Buffer; line: number; delimiters: readonly Delimiter[] } {
  const [found, separator] = /^"?sep=([,;\t|])"?(?:\r\n|\n|\r)/i.exec(text.toString('latin1', 0, 12)) ?? [];
  const delimiter = DELIMITERS.find((delimiter) => delimiter === separator);
  if (found === undefined || delimiter === undefined) return { text, line: 1, delimiters: DELIMITERS };
  return { text: text.subarray(found.length), line: 2, delimiters: [delimiter] };
}

type Reading = { quote_escape: Dialect['quote_escape']; rows: Row[] };

/** RFC 4180 unless the other makes more rows right, or fewer wrong: a path that ends in a backslash does not decide for a file. */
function better(doubled: Reading, backslash: Reading, width: number): Reading {
  const right = ({ rows }: Reading) => rows.filter((row) => row.kind === 'row' && row.cells.length === width).length;
  const score = (reading: Reading) => 2 * right(reading) - reading.rows.length;
  return score(backslash) > score(doubled) ? backslash : doubled;
}

function newlineOf(record: Buffer): Dialect['newline'] {
  const text = record.toString('latin1');
  if (text.endsWith('\r\n')) return '\r\n';
  return text.endsWith('\r') ? '\r' : '\n';
}

const failure = (code: ImportFailureCode, columns: EventColumn[] = []): Detected => ({
  kind: 'failure',
  code,
  columns,
});
