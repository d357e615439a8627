import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { CHANNELS } from '../../contract/channel.ts';
import type { Write } from '../aws/transact.ts';
import { kindOf, partitionFor, partitionsOf, type Listening } from './listening.ts';

const listenerRow = z.object({
  sk: z.string(),
  greeted: z.boolean(),
  opened_at: z.string(),
  expires_at: z.string(),
  download_id: z.string().optional(),
});

/** Whoever could not be greeted by then, because the handshake took too long, is told the news all the same. */
const UNGREETED_MS = 10_000;
const age = (openedAt: string, now: Date): number => now.getTime() - Date.parse(openedAt);

/** Somebody who listens to one channel and is to be told its news. */
export type Listener = { connectionId: string; channel: string; openedAt: string; downloadId: string | null };

export type ChannelsTable = {
  /** What a connection asked for on a channel; null: it does not listen to it. */
  find(connectionId: string, channel: string): Promise<Listening | null>;
  /** From now on publishers post to it. False: it stopped listening meanwhile. */
  markGreeted(connectionId: string, channel: string): Promise<boolean>;
  /** Who listens to a channel and is let in, by the partitions they are kept in. */
  listeners(channel: string, now: Date): Promise<Listener[][]>;
  /** Those of one partition. */
  listenersIn(channel: string, partition: number, now: Date): Promise<Listener[]>;
  /** Stops listening; doing it again is no error. */
  leave(connectionId: string, channel: string): Promise<void>;
};

/** The times of a connection that its rows repeat: they all expire together. */
export type Lifetime = { opened_at: string; expires_at: string; ttl: number };

const listenerKey = (channel: string, id: string) => ({ pk: partitionFor(channel, id), sk: id });

/** The row of one listening, part of the transaction that opens the connection or adds the channel to it. */
export function listenWrite(
  TableName: string,
  connectionId: string,
  { channel, downloadId }: Listening,
  lifetime: Lifetime,
): Write {
  const { counted } = CHANNELS[kindOf(channel)];
  return {
    Put: {
      TableName,
      Item: {
        ...listenerKey(channel, connectionId),
        ...lifetime,
        greeted: false,
        ...(counted !== null && { kind: counted }),
        ...(downloadId !== null && { download_id: downloadId }),
      },
    },
  };
}

export function channelsTable(db: DynamoDBDocumentClient, TableName: string): ChannelsTable {
  const inPartition = async (channel: string, pk: string, now: Date): Promise<Listener[]> => {
    const found: Listener[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': pk },
          ConsistentRead: true,
          ...(start && { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) {
        const { sk, greeted, opened_at, expires_at, download_id = null } = listenerRow.parse(item);
        if (expires_at <= now.toISOString()) continue;
        if (!greeted && age(opened_at, now) <= UNGREETED_MS) continue;
        found.push({ connectionId: sk, channel, openedAt: opened_at, downloadId: download_id });
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return found;
  };

  return {
    async find(connectionId, channel) {
      const Key = listenerKey(channel, connectionId);
      const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      return Item === undefined ? null : { channel, downloadId: listenerRow.parse(Item).download_id ?? null };
    },

    async markGreeted(connectionId, channel) {
      try {
        await db.send(
          new UpdateCommand({
            TableName,
            Key: listenerKey(channel, connectionId),
            ConditionExpression: 'attribute_exists(pk)',
            UpdateExpression: 'SET greeted = :yes',
            ExpressionAttributeValues: { ':yes': true },
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
        throw error;
      }
    },

    listeners: (channel, now) => Promise.all(partitionsOf(channel).map((pk) => inPartition(channel, pk, now))),

    async listenersIn(channel, partition, now) {
      const pk = partitionsOf(channel)[partition];
      return pk === undefined ? [] : inPartition(channel, pk, now);
    },

    async leave(connectionId, channel) {
      await db.send(new DeleteCommand({ TableName, Key: listenerKey(channel, connectionId) }));
    },
  };
}
