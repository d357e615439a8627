import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import {
  CHANGES_ATTRIBUTE,
  COUNTER_SHARDS,
  dayAttribute,
  hourAttribute,
  type Counted,
} from '../../../contract/counters.ts';
import type { Status } from '../../../contract/download.ts';
import type { QueueStats } from '../../../contract/snapshot.ts';
import { INDEX_SHARDS, tables } from '../../../contract/tables.ts';
import { batchGet, countShards, queryShards, type ShardedQuery } from '../../aws/query-shards.ts';
import { transact } from '../../aws/transact.ts';
import { downloadKey, statusShard } from '../../downloads/change-download.ts';
import { downloadRecord, type Download } from '../../downloads/download.ts';
import { OWNER } from '../../http/owner.ts';

/** What the changes of downloads have added up to, over all shards. */
export type Counters = {
  of(status: Status): number;
  storage_bytes: number;
  completed_milliseconds: number;
  /** What was counted on the UTC day of this time. */
  onDay(day: Date, counted: Counted): number;
  /** What was counted in the hour of this time. */
  inHour(hour: Date, counted: Counted): number;
  /** Counted changes: while it stands still, so does all the rest. */
  changes: number;
};

export type Position = Pick<QueueStats, 'queue_position' | 'queue_position_at_least'>;

/** What snapshots are made of. Each of these costs the same whatever is on record. */
export type StateTable = {
  counters(): Promise<Counters>;
  /** Downloads being worked on, oldest first, at most 100. */
  inProgress(limit: number): Promise<Download[]>;
  /** How many are to start before it, and itself; null for what does not wait or does not exist. */
  position(downloadId: string): Promise<Position>;
  /** When the system was first started: what the first to ask wrote down. */
  startedAt(now: Date): Promise<Date>;
  /** Forgets the days and hours that nothing tells of any more. */
  pruneHistory(now: Date): Promise<void>;
};

const EXACT_POSITIONS = 1000;
const DAYS_KEPT = 31;
const HOURS_KEPT = 24;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** What one update expression surely has room for. */
const MOST_PRUNED_AT_ONCE = 100;

const shardKeys = Array.from({ length: COUNTER_SHARDS }, (_, shard) => ({ pk: `counters#${shard}` }));
const counterShard = z.object({ pk: z.string() }).catchall(z.number());
const systemRow = z.object({ started_at: z.iso.datetime() });

export function stateTable(db: DynamoDBDocumentClient, tableName: string): StateTable {
  const readShards = async () =>
    (await batchGet(db, tableName, shardKeys, { consistent: true })).map((item) => counterShard.parse(item));
  let startedAt: Date | undefined;

  return {
    async counters() {
      return sumOf(await readShards());
    },

    async inProgress(limit) {
      const entries = await queryShards(db, { ...byStatus(tableName, 'downloading'), bound: null, limit });
      const keys = entries.map(({ pk }) => ({ pk }));
      const downloads = (await batchGet(db, tableName, keys)).map((item) => downloadRecord.parse(item));
      // The index is a moment behind: some may have ended since.
      return downloads
        .filter(({ status }) => status === 'downloading')
        .toSorted((a, b) => (created(a) < created(b) ? -1 : 1));
    },

    async position(downloadId) {
      const { Item } = await db.send(
        new GetCommand({ TableName: tableName, Key: downloadKey(downloadId), ConsistentRead: true }),
      );
      const download = Item === undefined ? undefined : downloadRecord.parse(Item);
      if (download?.status !== 'pending' || download.owner !== OWNER) return { queue_position: null };
      const bound = { operator: '<', value: created(download) } as const;
      const before = await countShards(db, { ...byStatus(tableName, 'pending'), bound, limit: EXACT_POSITIONS });
      if (before < EXACT_POSITIONS) return { queue_position: before + 1 };
      return { queue_position: null, queue_position_at_least: EXACT_POSITIONS };
    },

    async startedAt(now) {
      if (startedAt !== undefined) return startedAt;
      const { Attributes } = await db.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { pk: 'system' },
          UpdateExpression: 'SET started_at = if_not_exists(started_at, :now)',
          ExpressionAttributeValues: { ':now': now.toISOString() },
          ReturnValues: 'ALL_NEW',
        }),
      );
      startedAt = new Date(systemRow.parse(Attributes).started_at);
      return startedAt;
    },

    async pruneHistory(now) {
      const isPast = isBefore(
        dayAttribute(new Date(now.getTime() - DAYS_KEPT * DAY_MS).toISOString(), 'requested'),
        hourAttribute(new Date(now.getTime() - HOURS_KEPT * HOUR_MS).toISOString(), 'requested'),
      );
      for (const { pk, ...values } of await readShards()) {
        const names = Object.keys(values).filter(isPast).slice(0, MOST_PRUNED_AT_ONCE);
        if (names.length === 0) continue;
        const Update = {
          TableName: tableName,
          Key: { pk },
          UpdateExpression: `REMOVE ${names.map((_, index) => `#n${index}`).join(', ')}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#n${index}`, name])),
        };
        // A transaction of one: a plain update would fail, unretried, when it meets the transaction of a download.
        await transact(db, [{ Update }], randomUUID());
      }
    },
  };
}

function sumOf(shards: Record<string, unknown>[]): Counters {
  const total = (name: string) => shards.reduce((sum, shard) => sum + Number(shard[name] ?? 0), 0);
  return {
    of: total,
    storage_bytes: total('storage_bytes'),
    completed_milliseconds: total('completed_milliseconds'),
    onDay: (day, counted) => total(dayAttribute(day.toISOString(), counted)),
    inHour: (hour, counted) => total(hourAttribute(hour.toISOString(), counted)),
    changes: total(CHANGES_ATTRIBUTE),
  };
}

/** Whether an attribute counts a day or an hour that came before these. */
const isBefore = (oldestDay: string, oldestHour: string) => (name: string) =>
  (name.startsWith('day_') && name < oldestDay) || (name.startsWith('hour_') && name < oldestHour);

type Part = 'tableName' | 'index' | 'partitionKey' | 'sortKey' | 'partitions' | 'order';

function byStatus(tableName: string, status: Status): Pick<ShardedQuery, Part> {
  const partitions = Array.from({ length: INDEX_SHARDS }, (_, shard) => statusShard(OWNER, status, shard));
  return { tableName, index: 'by_status', ...tables.downloads.indexes.by_status, partitions, order: 'ascending' };
}

const created = ({ created_at, id }: Download): string => `${created_at}#${id}`;
