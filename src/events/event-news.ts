import { adminNews } from '../news/admin-news.ts';
import type { News } from '../news/news.ts';
import { eventView, type EventRecord } from './event.ts';

/** Before null: it is new; after null: it is no more. */
export type EventChange =
  | { before: null; after: EventRecord }
  | { before: EventRecord; after: EventRecord }
  | { before: EventRecord; after: null };

/** What listeners of `events` are told of a change. */
export function eventNews({ before, after }: EventChange, seq: string, now: Date): News {
  const type = before === null ? 'event_created' : after === null ? 'event_deleted' : 'event_updated';
  const event = eventView(after ?? before);
  const notification = { type, seq, event, timestamp: now.toISOString() } as const;
  return { channel: 'events', seq, kind: 'change', notification };
}

/** What administrators are told of an event that somebody created by hand. */
export function createdNews({ id, title, event_date, city }: EventRecord, now: Date): News {
  const data = { event_id: id, title, event_date, city };
  return adminNews({ level: 'info', code: 'event_created', message: `Novo evento: ${title}`, data }, now);
}
