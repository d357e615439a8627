import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { Write } from '../../aws/transact.ts';
import type { Download } from '../download.ts';

/** One stored object that downloads of the same source and quality have in common, and how many they are: never none. */
const sharedBytes = z.object({
  source_key: z.string(),
  media_key: z.string(),
  bytes: z.int(),
  content_type: z.string().nullable(),
  format: z.string().nullable(),
  refs: z.int(),
});
export type SharedBytes = z.infer<typeof sharedBytes>;

export type SharedBytesTable = {
  /** What is stored of the source of this name. */
  of(sourceKey: string): Promise<SharedBytes | null>;
};

const keyOf = (sourceKey: string): { pk: string } => ({ pk: `source#${sourceKey}` });

export function sharedBytesTable(db: DynamoDBDocumentClient, tableName: string): SharedBytesTable {
  return {
    async of(sourceKey) {
      const command = new GetCommand({ TableName: tableName, Key: keyOf(sourceKey), ConsistentRead: true });
      const { Item } = await db.send(command);
      return Item === undefined ? null : sharedBytes.parse(Item);
    },
  };
}

/** The bytes among whose downloads this one is counted; null when they are its own. */
export async function bytesSharedBy(
  table: SharedBytesTable,
  { status, source_key, media_key }: Pick<Download, 'status' | 'source_key' | 'media_key'>,
): Promise<SharedBytes | null> {
  if (status !== 'completed' || source_key === null) return null;
  const bytes = await table.of(source_key);
  return bytes?.media_key === media_key ? bytes : null;
}

/** Lets others share the bytes of a download that completes. Its condition is false when some of that source are shared already. */
export function firstReference(tableName: string, bytes: Omit<SharedBytes, 'refs'>): Write {
  const Item = { ...keyOf(bytes.source_key), ...bytes, refs: 1 } satisfies SharedBytes & { pk: string };
  return { Put: { TableName: tableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

/** Its condition is false when the bytes were let go of meanwhile. */
export function anotherReference(tableName: string, { source_key, media_key }: SharedBytes): Write {
  return {
    Update: {
      TableName: tableName,
      Key: keyOf(source_key),
      ConditionExpression: 'refs > :none AND media_key = :it',
      UpdateExpression: 'ADD refs :one',
      ExpressionAttributeValues: { ':none': 0, ':one': 1, ':it': media_key },
    },
  };
}

/** One download fewer has these bytes; with the last the record goes. Its condition is false when their number has changed. */
export function lostReference(tableName: string, { source_key, media_key, refs }: SharedBytes): Write {
  const unchanged = {
    TableName: tableName,
    Key: keyOf(source_key),
    ConditionExpression: 'refs = :refs AND media_key = :it',
  };
  const values = { ':refs': refs, ':it': media_key };
  if (refs === 1) return { Delete: { ...unchanged, ExpressionAttributeValues: values } };
  const ExpressionAttributeValues = { ...values, ':less': -1 };
  return { Update: { ...unchanged, UpdateExpression: 'ADD refs :less', ExpressionAttributeValues } };
}
