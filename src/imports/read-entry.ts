import type { Dialect } from '../../contract/dialect.ts';
import type { RowError } from '../../contract/row-error.ts';
import { parseEventDate } from '../events/event-date.ts';
import { naturalKey, type EventDetails } from '../events/event.ts';
import { parseRow } from './parse-row.ts';
import type { Row } from './read-rows.ts';

type Where = { line: number; from: number; to: number };
/** A row that says what an event is; rows with the same `key` are of the same event. */
export type EventEntry = Where & { kind: 'event'; key: string; details: EventDetails };
export type FailedEntry = Where & { kind: 'failed'; title: string | null; errors: RowError[] };
export type Entry = EventEntry | FailedEntry;

/** What a row of the file says, or all that is wrong with it. */
export function readEntry(
  { dialect, owner, timeZone }: { dialect: Dialect; owner: string; timeZone: string },
  row: Row,
): Entry {
  const parsed = parseRow({ dialect, parseDate: dateIn(timeZone), language: 'pt' }, row);
  const { line, from, to } = row;
  if (parsed.kind === 'failed')
    return { kind: 'failed', line, from, to, title: titleOf(dialect, row), errors: parsed.errors };
  const details = parsed.event;
  return { kind: 'event', line, from, to, key: naturalKey({ owner, ...details }), details };
}

const dateIn = (timeZone: string) => (text: string) => {
  const date = parseEventDate(text, timeZone);
  return date.kind === 'date'
    ? ({ kind: 'date', iso: date.at } as const)
    : ({ kind: 'error', code: date.code } as const);
};

const TITLE_SHOWN = 200;
function titleOf({ columns }: Dialect, row: Row): string | null {
  const title = row.kind === 'row' ? row.cells[columns.title ?? -1]?.trim().slice(0, TITLE_SHOWN) : undefined;
  return title === undefined || title === '' ? null : title;
}
