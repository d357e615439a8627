import { type EventRequest, VENUE_TYPES } from '../../contract/event.ts';
import { parseEventDate } from './event-date.ts';
import type { EventDetails } from './event.ts';
import { folded } from './folded.ts';

/** What one may take: whole in one frame of a WebSocket (32 KB), and a hundred of them in one answer of Lambda (6 MB). */
export const MAX_EVENT_BYTES = 30 * 1024;

/** Why an event is refused that has the right shape, by the code a program switches on. */
export const EVENT_REFUSALS = {
  date_not_understood: {
    pt: 'Escreva a data como 2025-07-01T10:00:00, 2025-07-01T13:00:00Z ou 01/07/2025 10:00.',
    en: 'Write the date as 2025-07-01T10:00:00, 2025-07-01T13:00:00Z or 01/07/2025 10:00.',
  },
  date_impossible: { pt: 'Esta data não existe.', en: 'There is no such date.' },
  date_out_of_range: { pt: 'O ano deve ter quatro algarismos.', en: 'The year must have four digits.' },
  event_too_large: {
    pt: `O evento ocupa mais de ${MAX_EVENT_BYTES} bytes.`,
    en: `The event takes more than ${MAX_EVENT_BYTES} bytes.`,
  },
} as const;

export type EventRefusal = { field: string; code: keyof typeof EVENT_REFUSALS };
export type CheckedEvent = { kind: 'fine'; details: EventDetails } | { kind: 'refused'; refusals: EventRefusal[] };

/** Checks what the schema cannot, and writes date and kind of venue the one way they are kept. */
export function checkEvent(request: EventRequest, timeZone: string): CheckedEvent {
  const refusals: EventRefusal[] = [];
  const date = parseEventDate(request.event_date, timeZone);
  if (date.kind === 'refused') refusals.push({ field: 'event_date', code: date.code });
  if (Buffer.byteLength(JSON.stringify(request)) > MAX_EVENT_BYTES) {
    refusals.push({ field: '(body)', code: 'event_too_large' });
  }
  if (date.kind === 'refused' || refusals.length > 0) return { kind: 'refused', refusals };
  const { title, description, city, participants, local_info } = request;
  const place = local_info && { ...local_info, venue_type: venueType(local_info.venue_type) };
  return { kind: 'fine', details: { title, description, event_date: date.at, city, participants, local_info: place } };
}

const KNOWN = new Map(VENUE_TYPES.map((name) => [folded(name), name]));

function venueType(given: string | null): string | null {
  return given === null ? null : (KNOWN.get(folded(given)) ?? given);
}
