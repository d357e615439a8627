import type { LocalInfo } from '../../../contract/event.ts';
import { localText } from '../event-date.ts';
import { detailsOf, type EventRecord, type EventDetails } from '../event.ts';

/** The six fields of the second seed, in its order, local_info's seven too; the date as the clocks of the zone show it. */
export function seedEvent(event: EventRecord, timeZone: string): EventDetails {
  const { title, description, event_date, city, participants, local_info } = detailsOf(event);
  return {
    title,
    description,
    event_date: localText(event_date, timeZone),
    city,
    participants,
    local_info: local_info && seedPlace(local_info),
  };
}

function seedPlace(place: LocalInfo): LocalInfo {
  const { location_name, capacity, venue_type, is_accessible, address, past_events, manually_edited } = place;
  return { location_name, capacity, venue_type, is_accessible, address, past_events, manually_edited };
}
