import type { Dialect } from '../../contract/dialect.ts';
import { detectDialect } from '../../src/imports/detect-dialect.ts';
import { parseRow, type ParseDate } from '../../src/imports/parse-row.ts';
import { readRows, type Row } from '../../src/imports/read-rows.ts';
import type { Place } from '../../src/imports/split-records.ts';

/** Enough of the real one: ISO or day first, three hours behind UTC where no zone is told. */
export const parseDate: ParseDate = (text) => {
  const iso = text.replace(/^(\d\d)[/.-](\d\d)[/.-](\d{4})/, '$3-$2-$1').replace(' ', 'T');
  const timed = iso.includes('T') ? iso : `${iso}T00:00`;
  const date = new Date(/Z$|[+-]\d\d:\d\d$/.test(timed) ? timed : `${timed}-03:00`);
  return Number.isNaN(date.getTime()) ? { kind: 'error', code: 'invalid' } : { kind: 'date', iso: date.toISOString() };
};

async function* pieces(bytes: Buffer, size: () => number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length;) {
    const piece = bytes.subarray(at, at + size());
    at += piece.length;
    yield piece;
  }
}

export async function rowsFrom(bytes: Buffer, dialect: Dialect, start?: Place, size = () => 65_536): Promise<Row[]> {
  const rows: Row[] = [];
  const from = start?.offset ?? dialect.rows_from;
  for await (const row of readRows(pieces(bytes.subarray(from), size), dialect, start)) rows.push(row);
  return rows;
}

export function dialectOf(bytes: Buffer): Dialect {
  const detected = detectDialect(bytes.subarray(0, 65_536), bytes.length);
  if (detected.kind === 'failure') throw new Error(`${detected.code} ${detected.columns.join()}`);
  return detected.dialect;
}

/** A whole file as an import would go through it, each row told in one line. */
export async function tellRows(bytes: Buffer): Promise<string[]> {
  const dialect = dialectOf(bytes);
  const rows = await rowsFrom(bytes, dialect);
  return rows.map((row) => {
    const parsed = parseRow({ dialect, parseDate, language: 'en' }, row);
    if (parsed.kind === 'failed')
      return [row.line, ...parsed.errors.map((e) => `${e.column ?? 'row'}: ${e.code}`)].join(' ');
    const { title, event_date, city } = parsed.event;
    return `${row.line} ${title}, ${event_date.slice(0, 16)}, ${city}`;
  });
}
