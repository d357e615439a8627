import type { Db } from '../aws/dynamodb.ts';
import * as z from 'zod';
import { eventRequest } from '../../contract/event.ts';
import type { Write } from '../aws/transact.ts';
import { forgottenAt } from './images.ts';
import type { ImportRecord } from './import.ts';
import { getAll } from './known-events.ts';

/** What a dry run would make of one event. */
const plan = z.object({
  key: z.string(),
  /** The version of the event it found; null: there was none. */
  base_version: z.int().nullable(),
  event_id: z.string().nullable(),
  /** The line where the batch began that wrote this, and what was planned before it: that batch may come again. */
  batch: z.int(),
  earlier: eventRequest.nullable(),
  details: eventRequest,
  /** Of the worker's hold: one that was overtaken writes no more. */
  epoch: z.int(),
});
export type Plan = z.infer<typeof plan>;

const planKey = (importId: string, key: string) => ({ pk: `plan#${importId}#${key}` });

export const planWrite = (TableName: string, record: ImportRecord, planned: Plan): Write => ({
  Put: {
    TableName,
    Item: { ...planKey(record.id, planned.key), ...planned, ttl: forgottenAt(record) },
    ConditionExpression: 'attribute_not_exists(pk) OR epoch <= :epoch',
    ExpressionAttributeValues: { ':epoch': planned.epoch },
  },
});

/** What the dry run planned for the events of these natural keys, by them. */
export async function plansOf(
  db: Db,
  tableName: string,
  importId: string,
  keys: readonly string[],
): Promise<Map<string, Plan>> {
  const items = await getAll(
    db,
    tableName,
    keys.map((key) => planKey(importId, key).pk),
  );
  return new Map(items.map((item) => plan.parse(item)).map((planned) => [planned.key, planned]));
}
