import {
  DeleteCommand,
  GetCommand,
  QueryCommand,
  UpdateCommand,
  type DynamoDBDocumentClient,
} from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { connectionChannel } from '../../contract/channel.ts';
import { transact } from '../aws/transact.ts';
import { connectionNewsWrite } from '../news/table.ts';

/** API Gateway ends a connection after two hours; what is older than this was never told to go. */
const KEPT_SECONDS = 2 * 60 * 60 + 5 * 60;

const listenerRow = z.object({ sk: z.string(), greeted: z.boolean(), opened_at: z.string(), ttl: z.number() });
const connectionRow = z.object({ channel: z.string(), opened_at: z.string() });

export type Connection = { id: string; channel: string; openedAt: string };
export type Listener = { connectionId: string; openedAt: string };

export type ConnectionsTable = {
  find(connectionId: string): Promise<Connection | null>;
  /** From now on publishers post to it. False: it was closed meanwhile. */
  markGreeted(connection: Pick<Connection, 'id' | 'channel'>): Promise<boolean>;
  /** Who listens to a channel and has been greeted. */
  listeners(channel: string, now: Date): Promise<Listener[]>;
  /** Forgets a connection; doing it again is no error. */
  close(connectionId: string): Promise<void>;
};

const connectionKey = (id: string) => ({ pk: `connection#${id}`, sk: 'connection' });
const listenerKey = (channel: string, id: string) => ({ pk: `channel#${channel}`, sk: id });

/** Records a connection that is being opened, and in the same transaction leaves the news that wakes the greeter. */
export function connectionOpener(db: DynamoDBDocumentClient, tables: { connections: string; news: string }) {
  const TableName = tables.connections;
  return async ({ id, channel, openedAt }: Connection): Promise<void> => {
    const common = { opened_at: openedAt, ttl: Math.floor(Date.parse(openedAt) / 1000) + KEPT_SECONDS };
    const news = { channel: connectionChannel(id), connection_id: id, listens_to: channel, opened_at: openedAt };
    const writes = [
      { Put: { TableName, Item: { ...connectionKey(id), ...common, channel } } },
      { Put: { TableName, Item: { ...listenerKey(channel, id), ...common, greeted: false } } },
      connectionNewsWrite(tables.news, news, new Date(openedAt)),
    ];
    const outcome = await transact(db, writes, randomUUID());
    if (!outcome.committed) throw new Error(`connection ${id} could not be recorded`);
  };
}

export function connectionsTable(db: DynamoDBDocumentClient, TableName: string): ConnectionsTable {
  const find = async (id: string): Promise<Connection | null> => {
    const { Item } = await db.send(new GetCommand({ TableName, Key: connectionKey(id), ConsistentRead: true }));
    if (Item === undefined) return null;
    const { channel, opened_at } = connectionRow.parse(Item);
    return { id, channel, openedAt: opened_at };
  };

  return {
    find,

    async markGreeted({ id, channel }) {
      try {
        await db.send(
          new UpdateCommand({
            TableName,
            Key: listenerKey(channel, id),
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

    async listeners(channel, now) {
      const found: Listener[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': `channel#${channel}` },
            ConsistentRead: true,
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        for (const item of page.Items ?? []) {
          const { sk, greeted, opened_at, ttl } = listenerRow.parse(item);
          if (greeted && ttl * 1000 > now.getTime()) found.push({ connectionId: sk, openedAt: opened_at });
        }
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return found;
    },

    async close(id) {
      const connection = await find(id);
      if (connection === null) return;
      // The record that names the other goes last, so that a death in between leaves nothing that cannot be found.
      await db.send(new DeleteCommand({ TableName, Key: listenerKey(connection.channel, id) }));
      await db.send(new DeleteCommand({ TableName, Key: connectionKey(id) }));
    },
  };
}
