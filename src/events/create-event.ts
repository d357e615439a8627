import { calendarEvent, type CalendarEvent, type EventRequest } from '../../contract/event.ts';
import { log } from '../aws/log.ts';
import { checkEvent, type EventRefusal } from './check-event.ts';
import { eventView } from './event.ts';
import type { EventsTable } from './table.ts';

export type CreateEventDeps = {
  events: Pick<EventsTable, 'create'>;
  /** The zone of dates that name none. */
  timeZone: string;
  newId: () => string;
  now: () => Date;
};

export type Created =
  | { kind: 'created' | 'repeated'; event: CalendarEvent }
  | { kind: 'refused'; refusals: EventRefusal[] }
  | { kind: 'exists'; eventId: string }
  | { kind: 'conflict' };

/** Creates one event by hand: its listeners and administrators are told of it. */
export async function createEvent(
  app: CreateEventDeps,
  request: EventRequest,
  by: { owner: string; idempotencyKey: string | undefined },
): Promise<Created> {
  const checked = checkEvent(request, app.timeZone);
  if (checked.kind === 'refused') return checked;
  const now = app.now();
  const times = { created_at: now.toISOString(), updated_at: now.toISOString() };
  const record = { id: app.newId(), owner: by.owner, ...checked.details, version: 1, ...times };
  const event = eventView(record);
  const route = 'POST /eventos';
  const repeatable =
    by.idempotencyKey === undefined
      ? null
      : { owner: by.owner, route, key: by.idempotencyKey, body: request, answer: JSON.stringify(event) };
  const outcome = await app.events.create(record, repeatable, now);
  if (outcome.kind === 'repeated') return { kind: 'repeated', event: calendarEvent.parse(JSON.parse(outcome.answer)) };
  if (outcome.kind !== 'created') return outcome;
  log.info('event created', { event_id: event.id });
  return { kind: 'created', event };
}
