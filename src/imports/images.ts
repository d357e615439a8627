import type { Db } from '../aws/dynamodb.ts';
import * as z from 'zod';
import type { Write } from '../aws/transact.ts';
import { eventRecord, type EventRecord } from '../events/event.ts';
import type { ImportRecord } from './import.ts';
import { getAll } from './known-events.ts';

const imageKey = (importId: string, eventId: string) => ({ pk: `image#${importId}#${eventId}` });
const image = z.object({ image: eventRecord });

/** When what is remembered for an undo is no longer of use: the file it walks is gone. */
export const forgottenAt = ({ file_expires_at }: ImportRecord): number =>
  Math.floor(Date.parse(file_expires_at) / 1000);

/** Keeps an event as it was before an import changed it, for an undo: the first time alone. Part of the transaction that changes it. */
export const imageWrite = (TableName: string, record: ImportRecord, before: EventRecord): Write => ({
  Update: {
    TableName,
    Key: imageKey(record.id, before.id),
    UpdateExpression: 'SET #image = if_not_exists(#image, :image), #ttl = :ttl',
    ExpressionAttributeNames: { '#image': 'image', '#ttl': 'ttl' },
    ExpressionAttributeValues: { ':image': before, ':ttl': forgottenAt(record) },
  },
});

/** These events as they were before the import changed them, by their ids: those that it changed. */
export async function imagesOf(
  db: Db,
  tableName: string,
  importId: string,
  eventIds: readonly string[],
): Promise<Map<string, EventRecord>> {
  const items = await getAll(
    db,
    tableName,
    eventIds.map((id) => imageKey(importId, id).pk),
  );
  return new Map(items.map((item) => image.parse(item).image).map((event) => [event.id, event]));
}
