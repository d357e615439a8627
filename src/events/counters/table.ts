import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { COUNTER_SHARDS } from '../../../contract/counters.ts';
import { batchGet } from '../../aws/query-shards.ts';
import type { Write } from '../../aws/transact.ts';

const shardKey = (shard: number): { pk: string } => ({ pk: `counters#${shard}` });
const shardKeys = Array.from({ length: COUNTER_SHARDS }, (_, shard) => shardKey(shard));
const counterShard = z.object({ total: z.number() });

/** Part of the transaction that makes the event or ends it; on one of a few shards, so that transactions seldom meet. */
export function countWrite(tableName: string, id: string, by: number): Write {
  const shard = (createHash('sha256').update(id).digest()[1] ?? 0) % COUNTER_SHARDS;
  return {
    Update: {
      TableName: tableName,
      Key: shardKey(shard),
      UpdateExpression: 'ADD #total :by',
      ExpressionAttributeNames: { '#total': 'total' },
      ExpressionAttributeValues: { ':by': by },
    },
  };
}

/** How many events there are, at the same cost whatever their number. */
export function eventCounter(db: DynamoDBDocumentClient, tableName: string): () => Promise<number> {
  return async () => {
    const shards = await batchGet(db, tableName, shardKeys, { consistent: true });
    return shards.reduce((sum, shard) => sum + counterShard.parse(shard).total, 0);
  };
}
