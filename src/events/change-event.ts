import type { Write } from '../aws/transact.ts';
import { ownerShard, shardOf } from '../downloads/change-download.ts';
import { newsWrite } from '../news/table.ts';
import { countWrite } from './counters/table.ts';
import { createdNews, eventNews, type EventChange } from './event-news.ts';
import { datedOf, naturalKey, type EventRecord } from './event.ts';
import { folded } from './folded.ts';

export type EventTables = { events: string; news: string };

export const eventKey = (id: string): { pk: string } => ({ pk: `event#${id}` });
export const ownerCity = (owner: string, city: string): string => `${owner}#${folded(city)}`;
const uniqueKey = (event: EventRecord): { pk: string } => uniqueRow(naturalKey(event));
/** The row that names the event with this natural key, by its `event_id`. */
export const uniqueRow = (key: string): { pk: string } => ({ pk: `key#${key}` });

/**
 * One change of an event as one transaction: the record, what makes it the only one of its kind, the counter, and its news. It commits
 * only if the record is still the one that was read (write 0), and no other event is the same (write 1, when it is new or becomes
 * another; its failure comes with the other's `event_id`).
 */
export function changeEvent(tables: EventTables, change: EventChange, seq: string, now: Date): Write[] {
  const { before, after } = change;
  const told = [eventNews(change, seq, now)];
  if (before === null) told.push(createdNews(change.after, now));
  return [
    ...eventWrites(tables.events, change),
    ...(before === null ? [countWrite(tables.events, change.after.id, 1)] : []),
    ...(after === null ? [countWrite(tables.events, change.before.id, -1)] : []),
    ...told.map((news) => newsWrite(tables.news, news, now)),
  ];
}

/** The same uncounted and untold: many at once are counted and told of as one. */
export const eventWrites = (tableName: string, { before, after }: EventChange): Write[] => [
  recordWrite(tableName, before, after),
  ...uniqueWrites(tableName, before, after),
];

function recordWrite(TableName: string, before: EventRecord | null, after: EventRecord | null): Write {
  if (after === null) return { Delete: { TableName, Key: eventKey(before?.id ?? ''), ...unchangedSince(before) } };
  return { Put: { TableName, Item: itemOf(after), ...unchangedSince(before) } };
}

function uniqueWrites(TableName: string, before: EventRecord | null, after: EventRecord | null): Write[] {
  const [was, is] = [before && uniqueKey(before), after && uniqueKey(after)];
  if (was?.pk === is?.pk) return [];
  const taken: Write[] =
    after === null || is === null
      ? []
      : [
          {
            Put: {
              TableName,
              Item: { ...is, event_id: after.id },
              ConditionExpression: 'attribute_not_exists(pk)',
              ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
            },
          },
        ];
  // It was this event's own: record and key are only ever written together.
  return was === null ? taken : [...taken, { Delete: { TableName, Key: was } }];
}

function itemOf(event: EventRecord): Record<string, unknown> {
  return {
    ...eventKey(event.id),
    ...event,
    owner_shard: ownerShard(event.owner, shardOf(event.id)),
    owner_city: ownerCity(event.owner, event.city),
    dated: datedOf(event),
  };
}

function unchangedSince(before: EventRecord | null) {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': before.version },
  };
}
