import { QueryCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { CHANNELS, type ChannelKind } from '../../../contract/channel.ts';
import { connectionKey, ONLINE } from '../connections/table.ts';

export type CensusTable = {
  /** Whether anybody listens to a kind of channel. */
  anybodyOn(kind: ChannelKind, now: Date): Promise<boolean>;
  /** How many connections an address has open. */
  countOf(ip: string, now: Date): Promise<number>;
  /** Those that nobody has seen alive since `before`, the longest unseen first. */
  unconfirmedSince(before: Date, limit: number): Promise<string[]>;
  confirm(id: string, now: Date): Promise<void>;
};

/** Looks at all connections at once. */
export function censusTable(db: DynamoDBDocumentClient, TableName: string): CensusTable {
  return {
    async anybodyOn(kind, now) {
      const { Count = 0 } = await db.send(
        new QueryCommand({
          TableName,
          IndexName: 'by_kind',
          Select: 'COUNT',
          KeyConditionExpression: 'kind = :kind AND expires_at > :now',
          ExpressionAttributeValues: { ':kind': CHANNELS[kind].counted, ':now': now.toISOString() },
          Limit: 1,
        }),
      );
      return Count > 0;
    },

    async countOf(ip, now) {
      let count = 0;
      let start: Record<string, unknown> | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName,
            IndexName: 'by_ip',
            Select: 'COUNT',
            KeyConditionExpression: 'ip = :ip AND expires_at > :now',
            ExpressionAttributeValues: { ':ip': ip, ':now': now.toISOString() },
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        count += page.Count ?? 0;
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return count;
    },

    async unconfirmedSince(before, limit) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName,
          IndexName: 'by_confirmation',
          KeyConditionExpression: '#online = :online AND confirmed_at < :before',
          ExpressionAttributeNames: { '#online': 'online' },
          ExpressionAttributeValues: { ':online': ONLINE, ':before': before.toISOString() },
          Limit: limit,
        }),
      );
      return Items.map((item) => z.object({ pk: z.string() }).parse(item).pk.slice('connection#'.length));
    },

    async confirm(id, now) {
      try {
        await db.send(
          new UpdateCommand({
            TableName,
            Key: connectionKey(id),
            UpdateExpression: 'SET confirmed_at = :now',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':now': now.toISOString() },
          }),
        );
      } catch (error) {
        // Closed meanwhile.
        if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error;
      }
    },
  };
}
