import { GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import {
  dashboard,
  downloadStats,
  queueStats,
  type Dashboard,
  type DownloadStats,
  type QueueStats,
} from '../../contract/snapshot.ts';
import type { Write } from '../aws/transact.ts';

export const SNAPSHOT_KINDS = ['queue', 'stats', 'dashboard'] as const;
export type Snapshots = { queue: QueueStats; stats: DownloadStats; dashboard: Dashboard };
export type SnapshotKind = keyof Snapshots;

/** The last snapshot of a kind that somebody made. `seq` is counted up when it tells something new; `at` is when it was true. */
export type Stored<K extends SnapshotKind> = { seq: number; at: string; data: Snapshots[K] };

export type SnapshotsTable = {
  stored<K extends SnapshotKind>(kind: K): Promise<Stored<K> | null>;
  /** Keeps a newer snapshot; the answer is its `seq`. */
  store<K extends SnapshotKind>(kind: K, data: Snapshots[K], at: Date): Promise<number>;
  /** Replaces the one that was read (null: there was none). Null: somebody else was first, and nothing was written. */
  refresh<K extends SnapshotKind>(
    kind: K,
    data: Snapshots[K],
    at: Date,
    before: Stored<K> | null,
  ): Promise<Stored<K> | null>;
};

const schemas: { [K in SnapshotKind]: z.ZodType<Snapshots[K]> } = {
  queue: queueStats,
  stats: downloadStats,
  dashboard,
};
const row = z.object({ seq: z.int(), at: z.iso.datetime(), data: z.string() });
/** Another's write came first, or is being committed as part of a transaction right now. */
const OVERTAKEN = new Set(['ConditionalCheckFailedException', 'TransactionConflictException']);
const keyOf = (kind: SnapshotKind) => ({ pk: `snapshot#${kind}` });

export function snapshotsTable(db: DynamoDBDocumentClient, tableName: string): SnapshotsTable {
  const parse = <K extends SnapshotKind>(kind: K, item: unknown): Stored<K> => {
    const { seq, at, data } = row.parse(item);
    return { seq, at, data: schemas[kind].parse(JSON.parse(data)) };
  };

  return {
    async stored(kind) {
      const { Item } = await db.send(new GetCommand({ TableName: tableName, Key: keyOf(kind), ConsistentRead: true }));
      return Item === undefined ? null : parse(kind, Item);
    },

    async store(kind, data, at) {
      const { Attributes } = await db.send(
        new UpdateCommand({ ...storing(tableName, kind, data, at), ReturnValues: 'ALL_NEW' }),
      );
      return row.parse(Attributes).seq;
    },

    async refresh(kind, data, at, before) {
      // A dashboard carries its time: each one is new.
      const news = kind === 'dashboard' || before === null || JSON.stringify(before.data) !== JSON.stringify(data);
      const { UpdateExpression, ExpressionAttributeValues, ...update } = storing(tableName, kind, data, at, news);
      const condition =
        before === null
          ? { ConditionExpression: 'attribute_not_exists(pk)', ExpressionAttributeValues }
          : {
              ConditionExpression: 'seq = :seen AND #at = :seen_at',
              ExpressionAttributeValues: { ...ExpressionAttributeValues, ':seen': before.seq, ':seen_at': before.at },
            };
      try {
        const { Attributes } = await db.send(
          new UpdateCommand({ ...update, UpdateExpression, ...condition, ReturnValues: 'ALL_NEW' }),
        );
        return parse(kind, Attributes);
      } catch (error) {
        if (error instanceof Error && OVERTAKEN.has(error.name)) return null;
        throw error;
      }
    },
  };
}

/**
 * Keeps a newer snapshot as part of a transaction, which fails when it would replace another than the one that was read (null: there
 * was none; undefined: replace any).
 */
export function snapshotWrite<K extends SnapshotKind>(
  tableName: string,
  kind: K,
  data: Snapshots[K],
  at: Date,
  before?: Stored<K> | null,
): Write {
  const { ExpressionAttributeValues, ...update } = storing(tableName, kind, data, at);
  if (before === undefined) return { Update: { ...update, ExpressionAttributeValues } };
  const condition =
    before === null
      ? { ConditionExpression: 'attribute_not_exists(pk)', ExpressionAttributeValues }
      : {
          ConditionExpression: 'seq = :seen',
          ExpressionAttributeValues: { ...ExpressionAttributeValues, ':seen': before.seq },
        };
  return { Update: { ...update, ...condition } };
}

function storing(tableName: string, kind: SnapshotKind, data: unknown, at: Date, news = true) {
  return {
    TableName: tableName,
    Key: keyOf(kind),
    UpdateExpression: `SET #data = :data, #at = :at ADD seq :${news ? 'one' : 'none'}`,
    ExpressionAttributeNames: { '#data': 'data', '#at': 'at' },
    ExpressionAttributeValues: {
      // As text: one comparison tells whether it is the same, and reading it costs its bytes alone.
      ':data': JSON.stringify(data),
      ':at': at.toISOString(),
      [news ? ':one' : ':none']: news ? 1 : 0,
    },
  };
}
