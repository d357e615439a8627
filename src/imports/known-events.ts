import type { Db } from '../aws/dynamodb.ts';
import * as z from 'zod';
import { batchGet } from '../aws/query-shards.ts';
import { eventKey, uniqueRow } from '../events/change-event.ts';
import { eventRecord, type EventRecord } from '../events/event.ts';

/** What BatchGetItem takes. */
const AT_A_TIME = 100;
const unique = z.object({ pk: z.string(), event_id: z.string() });

/** These items, however many. */
export async function getAll(db: Db, tableName: string, pks: readonly string[]) {
  const pages = Array.from({ length: Math.ceil(pks.length / AT_A_TIME) }, (_, page) =>
    pks.slice(page * AT_A_TIME, (page + 1) * AT_A_TIME).map((pk) => ({ pk })),
  );
  return (await Promise.all(pages.map((keys) => batchGet(db, tableName, keys, { consistent: true })))).flat();
}

/** The events there are of these natural keys, by them. */
export async function knownEvents(
  db: Db,
  tableName: string,
  keys: readonly string[],
): Promise<Map<string, EventRecord>> {
  const keyOf = new Map(keys.map((key) => [uniqueRow(key).pk, key]));
  const named = (await getAll(db, tableName, [...keyOf.keys()])).map((item) => unique.parse(item));
  const records = await getAll(
    db,
    tableName,
    named.map(({ event_id }) => eventKey(event_id).pk),
  );
  const byId = new Map(records.map((item) => eventRecord.parse(item)).map((event) => [event.id, event]));
  const known = new Map<string, EventRecord>();
  for (const { pk, event_id } of named) {
    const [key, event] = [keyOf.get(pk), byId.get(event_id)];
    if (key !== undefined && event !== undefined) known.set(key, event);
  }
  return known;
}
