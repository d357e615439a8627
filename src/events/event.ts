import { createHash } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import * as z from 'zod';
import { calendarEvent, type CalendarEvent, type EventRequest } from '../../contract/event.ts';
import { folded } from './folded.ts';

export const rowEffect = z.enum(['created', 'updated', 'unchanged']);
export type RowEffect = z.infer<typeof rowEffect>;

/** What the import that wrote it last left on it: of its rows, by their line, those that were not in its totals yet; and the version it made. */
const importMark = z.object({
  id: z.string(),
  /** Of the worker's hold: a later one's is higher. */
  epoch: z.int(),
  version: z.int(),
  effects: z.record(z.string(), rowEffect),
});

/** An event on record. `version` is counted up by each change. */
export const eventRecord = calendarEvent.extend({
  owner: z.string(),
  created_by_import: z.string().optional(),
  imported: importMark.optional(),
});
export type EventRecord = z.infer<typeof eventRecord>;

/** In the order of time. A plain `ulid()` asks the system for randomness sixteen times, 6 s of CPU for 100,000 rows. */
export const newEventId: () => string = monotonicFactory();

/** What somebody says of an event, checked: its date in UTC, its kind of venue written as it is known. */
export type EventDetails = EventRequest;

/** What somebody could have said to make it what it is. */
export function detailsOf(event: EventRecord): EventDetails {
  const { title, description, event_date, city, participants, local_info } = event;
  return { title, description, event_date, city, participants, local_info };
}

/** What everybody may know of it. */
export function eventView(event: EventRecord): CalendarEvent {
  const { id, version, created_at, updated_at } = event;
  return { id, ...detailsOf(event), version, created_at, updated_at };
}

/** Two events of one owner with the same are the same event: title, date and city, whatever their accents, case and spaces. */
export function naturalKey({
  owner,
  title,
  event_date,
  city,
}: Pick<EventRecord, 'owner' | 'title' | 'event_date' | 'city'>): string {
  const parts = [owner, folded(title), event_date, folded(city)];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Where it stands among its owner's events, which are in the order of time. */
export const datedOf = ({ event_date, id }: Pick<EventRecord, 'event_date' | 'id'>): string => `${event_date}#${id}`;
