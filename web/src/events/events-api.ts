import { calendarEvent, eventList, type CalendarEvent, type EventRequest } from '../../../contract/event.ts';
import { call, callForNothing } from '../api/call.ts';

export type EventFilter = { q: string; city: string; from: string; to: string };
export const EVERYTHING: EventFilter = { q: '', city: '', from: '', to: '' };

const PAGE = 100;

function queryOf(filter: EventFilter): URLSearchParams {
  return new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== ''));
}

export function listEvents(filter: EventFilter, cursor: string | null, signal: AbortSignal) {
  const query = queryOf(filter);
  query.set('limit', String(PAGE));
  if (cursor !== null) query.set('cursor', cursor);
  return call(eventList, `/eventos?${query}`, { signal });
}

const pathOf = (id: string) => `/eventos/${encodeURIComponent(id)}`;

export const createEvent = (body: EventRequest, idempotencyKey: string) =>
  call(calendarEvent, '/eventos', { method: 'POST', body, idempotencyKey });

/** The version that was seen goes with it: somebody else's change is not overwritten unseen. */
export const replaceEvent = ({ id, version }: CalendarEvent, body: EventRequest) =>
  call(calendarEvent, pathOf(id), { method: 'PUT', body, ifMatch: version });

export const deleteEvent = ({ id, version }: CalendarEvent) =>
  callForNothing(pathOf(id), { method: 'DELETE', ifMatch: version });

export const EXPORTS = [
  { name: 'json', query: 'format=json' },
  { name: 'csv', query: 'format=csv' },
  // What Excel expects in Portuguese.
  { name: 'excel', query: 'format=csv&bom=1&delimiter=%3B' },
  { name: 'ndjson', query: 'format=ndjson' },
  { name: 'ics', query: 'format=ics' },
] as const;

/** The file of all events that the filter shows. */
export const exportOf = (filter: EventFilter, query: string): string => `/eventos/download?${query}&${queryOf(filter)}`;
