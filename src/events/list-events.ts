import { datedOf, type EventRecord } from './event.ts';
import { folded } from './folded.ts';
import type { EventFilter, EventListing } from './listing/table.ts';

/** One request looks at no more than this many records, however rare the text it searches for. */
const MAX_EXAMINED = 1000;
const PAGE = 100;

export type EventQuery = EventFilter & { q?: string | undefined };
export type EventList = { events: EventRecord[]; cursor: string | null; examined: number };

/** One page of events by their date; with `q`, those whose title, description or city contain it, whatever accents and case. */
export async function listEvents(
  listing: Pick<EventListing, 'page'>,
  query: EventQuery & { limit: number; cursor?: string | undefined },
): Promise<EventList> {
  const { limit } = query;
  if (query.q === undefined) {
    const { events, position } = await listing.page(query, query.cursor ?? null, limit);
    return { events, cursor: position, examined: events.length };
  }
  const fits = mentions(query.q);
  const events: EventRecord[] = [];
  let cursor = query.cursor ?? null;
  let examined = 0;
  do {
    const page = await listing.page(query, cursor, PAGE);
    for (const event of page.events) {
      examined += 1;
      if (!fits(event)) continue;
      events.push(event);
      if (events.length === limit) return { events, cursor: datedOf(event), examined };
    }
    cursor = page.position;
  } while (cursor !== null && examined < MAX_EXAMINED);
  return { events, cursor, examined };
}

/** All that there are, some at a time: the next are read when they are asked for. */
export async function* everyEvent(
  listing: Pick<EventListing, 'walk'>,
  query: EventQuery,
): AsyncGenerator<EventRecord[]> {
  const fits = query.q === undefined ? () => true : mentions(query.q);
  for await (const events of listing.walk(query)) yield events.filter(fits);
}

function mentions(q: string): (event: EventRecord) => boolean {
  const wanted = folded(q);
  return ({ title, description, city }) => folded(`${title}\n${description}\n${city}`).includes(wanted);
}
