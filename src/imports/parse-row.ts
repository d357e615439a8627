import type * as z from 'zod';
import { EVENT_COLUMNS, type Dialect, type EventColumn } from '../../contract/dialect.ts';
import { eventRequest, type EventRequest } from '../../contract/event.ts';
import { rowErrorMessage, rowErrors, type RowError, type RowErrorCode } from '../../contract/row-error.ts';
import { MAX_EVENT_BYTES } from '../events/check-event.ts';
import { dayFirst } from './date-style.ts';
import { readList, withoutGuard } from './people-write.ts';
import { readLocalInfo } from './read-local-info.ts';
import type { Row } from './read-rows.ts';

const SHOWN = 200;

/** As `src/events` reads dates: ISO 8601 or with the day first; a date without a zone is one of the configured zone. */
export type ParseDate = (text: string) => { kind: 'date'; iso: string } | { kind: 'error'; code: string };

export type ParseRowDeps = {
  dialect: Pick<Dialect, 'columns' | 'width' | 'date_style'>;
  parseDate: ParseDate;
  language: 'pt' | 'en';
};

export type ParsedRow = { kind: 'event'; event: EventRequest } | { kind: 'failed'; errors: RowError[] };

/** Of one row; what is wrong beyond them is only counted. */
const MOST_ERRORS = 20;

/** The event of a row, its date in UTC, or everything that is wrong with the row. */
export function parseRow({ dialect, parseDate, language }: ParseRowDeps, row: Row): ParsedRow {
  const errors: RowError[] = [];

  function refuse(
    column: string | null,
    code: RowErrorCode,
    value: unknown,
    numbers: Record<string, number> = {},
  ): void {
    const message = rowErrorMessage(code, numbers, language);
    const worded = Object.entries(numbers).filter(([name]) => rowErrors[code].pt.includes(`{${name}}`));
    const filled = worded.length > 0 && { numbers: Object.fromEntries(worded) };
    errors.push({ line: row.line, column, code, message, value: shown(value), ...filled });
  }

  function failed(): ParsedRow {
    const found = errors.length - MOST_ERRORS;
    if (found > 0) errors.length = MOST_ERRORS;
    if (found > 0) refuse(null, 'more_errors', undefined, { found });
    return { kind: 'failed', errors };
  }

  if (row.kind === 'broken') {
    refuse(null, row.code, row.value);
    return failed();
  }
  const extra = row.cells.slice(dialect.width);
  const numbers = { found: row.cells.length, limit: dialect.width };
  if (extra.some((cell) => cell.trim() !== '')) {
    // No cell is where it should be: what they would say of themselves would mislead.
    refuse(null, 'too_many_cells', row.cells.join(' | '), numbers);
    return failed();
  }

  const cells = cellsOf(row.cells, dialect.columns);
  for (const column of EVENT_COLUMNS)
    if (hasControls(cells[column])) refuse(column, 'control_characters', cells[column]);

  const date = cells.event_date;
  const parsedDate = date === '' ? null : parseDate(dayFirst(date, dialect.date_style));
  if (parsedDate?.kind === 'error') refuse('event_date', 'invalid_date', date);
  const local = readLocalInfo(cells.local_info);
  if (local === undefined) refuse('local_info', 'invalid_json', cells.local_info);

  const request = {
    title: cells.title,
    description: cells.description,
    event_date: parsedDate?.kind === 'date' ? parsedDate.iso : '',
    city: cells.city,
    participants: readList(cells.participants),
    local_info: local ?? null,
  };
  if (date === '') refuse('event_date', 'required', date);
  const parsed = eventRequest.safeParse(request);
  for (const issue of parsed.error?.issues ?? [])
    for (const path of pathsOf(issue))
      refuse(columnOf(path), codeOf(issue, valueAt(request, path)), valueAt(request, path), limitOf(issue));
  // A short row cannot make a large event: at most six bytes come of one.
  const mayBeLarge = (row.to - row.from) * 6 > MAX_EVENT_BYTES;
  if (parsed.success && mayBeLarge && Buffer.byteLength(JSON.stringify(parsed.data)) > MAX_EVENT_BYTES)
    refuse(null, 'event_too_large', request.title, { limit: MAX_EVENT_BYTES });
  if (parsed.success && errors.length === 0) return { kind: 'event', event: parsed.data };
  // Delimiters behind the last cell are no mistake, unless they are what moved the cells.
  if (extra.length > 0) refuse(null, 'too_many_cells', row.cells.join(' | '), numbers);
  return failed();
}

function cellsOf(cells: readonly string[], columns: Dialect['columns']): Record<EventColumn, string> {
  const cellOf = (column: EventColumn) => withoutGuard((cells[columns[column] ?? -1] ?? '').trim());
  return {
    title: cellOf('title'),
    description: cellOf('description'),
    event_date: cellOf('event_date'),
    city: cellOf('city'),
    participants: cellOf('participants'),
    local_info: cellOf('local_info'),
  };
}

type Issue = z.core.$ZodIssue;

const pathsOf = (issue: Issue): PropertyKey[][] =>
  issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];

/** `local_info.capacity`; of a list its column. */
const columnOf = (path: PropertyKey[]) =>
  path
    .filter((step) => typeof step === 'string')
    .join('.')
    .slice(0, SHOWN);

function valueAt(value: unknown, [step, ...rest]: PropertyKey[]): unknown {
  if (step === undefined) return value;
  return typeof value === 'object' && value !== null ? valueAt(Reflect.get(value, step), rest) : undefined;
}

function codeOf(issue: Issue, value: unknown): RowErrorCode {
  const wrongKind = {
    number: 'invalid_number',
    int: 'invalid_number',
    boolean: 'invalid_boolean',
    string: 'invalid_text',
    array: 'invalid_list',
  } as const;
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'unknown_field';
    case 'invalid_type':
      if (value === undefined) return 'required';
      return Object.entries(wrongKind).find(([kind]) => kind === issue.expected)?.[1] ?? 'invalid_value';
    case 'too_small':
      if (issue.origin === 'string') return shown(value).trim() === '' ? 'required' : 'too_short';
      return 'out_of_range';
    case 'too_big':
      if (issue.origin === 'string') return 'too_long';
      return issue.origin === 'array' ? 'too_many' : 'out_of_range';
    default:
      return 'invalid_value';
  }
}

function limitOf(issue: Issue): Record<string, number> {
  if (issue.code === 'too_small') return { limit: Number(issue.minimum) };
  return issue.code === 'too_big' ? { limit: Number(issue.maximum) } : {};
}

/** Tabs and line ends are no mistakes in a text. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0e-\x1f\x7f-\x9f]/;
const hasControls = (text: string) => CONTROLS.test(text);

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
  return Array.from(text.slice(0, 2 * SHOWN))
    .slice(0, SHOWN)
    .join('');
}
