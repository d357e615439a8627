import type { CalendarEvent, EventRequest } from '../../../contract/event.ts';

/** An event as the fields of a form hold it. */
export type EventValues = ReturnType<typeof valuesOf>;

export function valuesOf(event: CalendarEvent | null) {
  const place = event?.local_info ?? null;
  return {
    title: event?.title ?? '',
    event_date: event === null ? '' : toField(event.event_date),
    city: event?.city ?? '',
    description: event?.description ?? '',
    participants: event?.participants ?? [],
    has_place: place !== null,
    local_info: {
      location_name: place?.location_name ?? '',
      capacity: place?.capacity ?? 1,
      venue_type: place?.venue_type ?? '',
      address: place?.address ?? '',
      is_accessible: place?.is_accessible ?? false,
      past_events: place?.past_events ?? [],
      manually_edited: true,
    },
  };
}

/** What the fields say, as the API takes it. What is no date is sent as it is: the server says what is wrong. */
export function requestOf({ has_place, local_info, event_date, ...values }: EventValues): EventRequest {
  const moment = new Date(event_date);
  return {
    ...values,
    event_date: Number.isNaN(moment.getTime()) ? event_date : moment.toISOString(),
    local_info: has_place
      ? { ...local_info, venue_type: local_info.venue_type || null, address: local_info.address || null }
      : null,
  };
}

/** A moment as `datetime-local` writes it: in the reader's zone, to the minute. */
function toField(iso: string): string {
  const moment = new Date(iso);
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
