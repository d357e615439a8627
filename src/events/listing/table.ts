import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { INDEX_SHARDS, tables } from '../../../contract/tables.ts';
import { batchGet, queryShards, walkShards, type ShardedQuery } from '../../aws/query-shards.ts';
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
  /** All of them in that order, some at a time, which are read when they are asked for. */
  walk(filter: EventFilter): AsyncGenerator<EventRecord[]>;
};

const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => shard);
/** Sort before and behind every `dated`, which begins with a digit. */
const FIRST = '0';
const LAST = '~';
/** What BatchGet takes. */
const RECORDS = 100;
/** Index entries are small, and all of a walk's are read. */
const ENTRIES = 250;

export function eventListing(db: DynamoDBDocumentClient, tableName: string): EventListing {
  const recordsOf = async (entries: Record<string, unknown>[]): Promise<EventRecord[]> => {
    const keys = entries.map(({ pk }) => ({ pk }));
    const events = (await batchGet(db, tableName, keys)).map((item) => eventRecord.parse(item));
    return events.toSorted((a, b) => (datedOf(a) < datedOf(b) ? -1 : 1));
  };

  return {
    async page(filter, position, limit) {
      const query = queryOf(tableName, filter, position, limit);
      if (query === null) return { events: [], position: null };
      const entries = await queryShards(db, query);
      const last = entries.at(-1)?.[query.sortKey];
      const more = entries.length === limit && typeof last === 'string';
      return { events: await recordsOf(entries), position: more ? last : null };
    },

    async *walk(filter) {
      const query = queryOf(tableName, filter, null, ENTRIES);
      if (query === null) return;
      let entries: Record<string, unknown>[] = [];
      for await (const entry of walkShards(db, query)) {
        entries.push(entry);
        if (entries.length < RECORDS) continue;
        yield await recordsOf(entries);
        entries = [];
      }
      if (entries.length > 0) yield await recordsOf(entries);
    },
  };
}

/** Null: nothing can fit. */
function queryOf(
  tableName: string,
  { owner, city, from, before }: EventFilter,
  position: string | null,
  limit: number,
): ShardedQuery | null {
  // A space sorts before whatever could follow the position.
  const lower = latest(from ?? FIRST, position === null ? FIRST : `${position} `);
  const upper = before ?? LAST;
  if (lower > upper) return null;
  const index = city === undefined ? 'by_date' : 'by_city';
  return {
    tableName,
    index,
    ...tables.events.indexes[index],
    partitions: city === undefined ? shards.map((shard) => ownerShard(owner, shard)) : [ownerCity(owner, city)],
    bound: { operator: 'between', lower, upper },
    order: 'ascending',
    limit,
  };
}

const latest = (a: string, b: string): string => (a > b ? a : b);
