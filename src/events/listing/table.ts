import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { INDEX_SHARDS, tables } from '../../../contract/tables.ts';
import { batchGet, queryShards } from '../../aws/query-shards.ts';
import { ownerShard } from '../../downloads/change-download.ts';
import { ownerCity } from '../change-event.ts';
import { datedOf, eventRecord, type EventRecord } from '../event.ts';

/** `from`: the first instant; `before`: the first that is too late. */
export type EventFilter = {
  owner: string;
  city?: string | undefined;
  from?: string | undefined;
  before?: string | undefined;
};
/** `position` is where to go on from; null at the end. */
export type EventPage = { events: EventRecord[]; position: string | null };

export type EventListing = {
  /** In the order of their dates, at most 100, from a position on. */
  page(filter: EventFilter, position: string | null, limit: number): Promise<EventPage>;
};

const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => shard);
/** Sort before and behind every `dated`, which begins with a digit. */
const FIRST = '0';
const LAST = '~';

export function eventListing(db: DynamoDBDocumentClient, tableName: string): EventListing {
  return {
    async page({ owner, city, from, before }, position, limit) {
      // A space sorts before whatever could follow the position.
      const lower = latest(from ?? FIRST, position === null ? FIRST : `${position} `);
      const upper = before ?? LAST;
      if (lower > upper) return { events: [], position: null };
      const index = city === undefined ? 'by_date' : 'by_city';
      const { partitionKey, sortKey } = tables.events.indexes[index];
      const entries = await queryShards(db, {
        tableName,
        index,
        partitionKey,
        sortKey,
        partitions: city === undefined ? shards.map((shard) => ownerShard(owner, shard)) : [ownerCity(owner, city)],
        bound: { operator: 'between', lower, upper },
        order: 'ascending',
        limit,
      });
      const keys = entries.map(({ pk }) => ({ pk }));
      const events = (await batchGet(db, tableName, keys)).map((item) => eventRecord.parse(item));
      const last = entries.at(-1)?.[sortKey];
      return {
        events: events.toSorted((a, b) => (datedOf(a) < datedOf(b) ? -1 : 1)),
        position: entries.length === limit && typeof last === 'string' ? last : null,
      };
    },
  };
}

const latest = (a: string, b: string): string => (a > b ? a : b);
