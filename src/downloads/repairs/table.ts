import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { INDEX_SHARDS, tables } from '../../../contract/tables.ts';
import { batchGet, queryShards } from '../../aws/query-shards.ts';
import { downloadRecord, type Download } from '../download.ts';

const discarded = z.object({ discarded_id: z.string(), media_key: z.string(), keep: z.string().nullable() });
export type Discarded = z.infer<typeof discarded>;

export type Unsettled = { unqueued: Download[]; discarded: Discarded[] };

/** What a process that died has left undone, found by sparse indexes: nothing to find costs next to nothing. */
export type RepairsTable = {
  /** Downloads whose message may not be in the queue, and deleted ones whose bytes may still be stored; oldest first. */
  unsettledBefore(time: Date): Promise<Unsettled>;
  /** Downloads whose worker's lease ran out and that nobody has taken over. */
  abandonedBefore(time: Date): Promise<Download[]>;
  /** Downloads whose time to be kept was over by then. */
  expiredBefore(time: Date): Promise<Download[]>;
};

const AT_A_TIME = 100;
const partitions = Array.from({ length: INDEX_SHARDS }, (_, shard) => String(shard));

export function repairsTable(db: DynamoDBDocumentClient, tableName: string): RepairsTable {
  const before = async (index: 'unsettled' | 'leased' | 'expiring', time: Date) => {
    const bound = { operator: '<', value: time.toISOString() } as const;
    const keys = tables.downloads.indexes[index];
    const query = { tableName, index, ...keys, partitions, bound, order: 'ascending', limit: AT_A_TIME } as const;
    const entries = await queryShards(db, { ...query, partitions });
    return batchGet(
      db,
      tableName,
      entries.map(({ pk }) => ({ pk })),
    );
  };
  return {
    async unsettledBefore(time) {
      const found: Unsettled = { unqueued: [], discarded: [] };
      for (const item of await before('unsettled', time)) {
        const bytes = discarded.safeParse(item);
        if (bytes.success) found.discarded.push(bytes.data);
        else found.unqueued.push(downloadRecord.parse(item));
      }
      return found;
    },
    async abandonedBefore(time) {
      return (await before('leased', time)).map((item) => downloadRecord.parse(item));
    },
    async expiredBefore(time) {
      return (await before('expiring', time)).map((item) => downloadRecord.parse(item));
    },
  };
}
