import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { COUNTER_SHARDS } from '../../contract/counters.ts';

/** The counters over all shards, those at zero left out. */
export async function countersOf(db: DynamoDBDocumentClient, tableName: string): Promise<Record<string, number>> {
  const Keys = Array.from({ length: COUNTER_SHARDS }, (_, shard) => ({ pk: `counters#${shard}` }));
  const { Responses } = await db.send(new BatchGetCommand({ RequestItems: { [tableName]: { Keys } } }));
  const totals: Record<string, number> = {};
  for (const { pk: _, ...shard } of Responses?.[tableName] ?? []) {
    for (const [name, value] of Object.entries(shard)) totals[name] = (totals[name] ?? 0) + Number(value);
  }
  return Object.fromEntries(Object.entries(totals).filter(([, value]) => value !== 0));
}
