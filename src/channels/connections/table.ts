import { DeleteCommand, GetCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { connectionChannel } from '../../../contract/channel.ts';
import { MAX_CLIENT_MESSAGES_PER_SECOND, MAX_SUBSCRIPTIONS } from '../../../contract/client-message.ts';
import { transact } from '../../aws/transact.ts';
import { connectionNewsWrite } from '../../news/table.ts';
import type { Listening } from '../listening.ts';
import { channelsTable, listenWrite, type Lifetime } from '../table.ts';

/** API Gateway ends a connection after two hours; what is older than this was never told to go. */
const KEPT_SECONDS = 2 * 60 * 60 + 5 * 60;
/** All connections in one partition of an index: they are few, and die within hours. */
export const ONLINE = 'yes';

const connectionRow = z.object({
  connection_id: z.string(),
  /** DynamoDB knows no empty set. */
  channels: z.set(z.string()).default(new Set()),
  said: z.number(),
  trusted: z.boolean(),
  opened_at: z.string(),
  expires_at: z.string(),
  ttl: z.number(),
});

/** An open WebSocket. `trusted`: its handshake brought the access token, or none is needed. */
export type Connection = { id: string; channels: string[]; trusted: boolean; openedAt: string };

export type NewConnection = {
  id: string;
  /** At least one. */
  listensTo: Listening[];
  /** The viewer's address. */
  ip: string;
  /** Whom it counts as among the people online. */
  user: string;
  trusted: boolean;
  openedAt: Date;
};

/** What a connection said in this second is within its limit, the first beyond it, or further beyond. */
export type Heard = { kind: 'ok'; connection: Connection } | { kind: 'unknown' | 'first_too_many' | 'too_many' };

export type ConnectionsTable = {
  /** Counts a message of a client, and tells who it is. */
  hear(id: string, now: Date): Promise<Heard>;
  /** Adds a channel; it is not posted to before it is greeted. False: it is gone, or listens to as many as it may. */
  subscribe(id: string, listening: Listening, now: Date): Promise<boolean>;
  unsubscribe(id: string, channel: string): Promise<void>;
  /** Forgets a connection and all it listens to; doing it again is no error. */
  close(id: string): Promise<void>;
};

export const connectionKey = (id: string) => ({ pk: `connection#${id}`, sk: 'connection' });

/** Records a connection that is being opened, and in the same transaction leaves the news that wakes the greeter. */
export function connectionOpener(db: DynamoDBDocumentClient, tables: { connections: string; news: string }) {
  const TableName = tables.connections;
  return async ({ id, listensTo, ip, user, trusted, openedAt }: NewConnection): Promise<void> => {
    const lifetime = lifetimeFrom(openedAt);
    const record = {
      ...connectionKey(id),
      ...lifetime,
      connection_id: id,
      channels: new Set(listensTo.map(({ channel }) => channel)),
      trusted,
      ip,
      online: ONLINE,
      user_connection: `${user}#${id}`,
      confirmed_at: lifetime.opened_at,
      said: 0,
      said_second: '',
    };
    const news = {
      channel: connectionChannel(id),
      connection_id: id,
      listens_to: listensTo.map(({ channel, downloadId }) => ({ channel, download_id: downloadId })),
      opened_at: lifetime.opened_at,
    };
    const writes = [
      { Put: { TableName, Item: record } },
      ...listensTo.map((listening) => listenWrite(TableName, id, listening, lifetime)),
      connectionNewsWrite(tables.news, news, openedAt),
    ];
    const outcome = await transact(db, writes, randomUUID());
    if (!outcome.committed) throw new Error(`connection ${id} could not be recorded`);
  };
}

export function connectionsTable(db: DynamoDBDocumentClient, TableName: string): ConnectionsTable {
  const channels = channelsTable(db, TableName);

  const find = async (id: string) => {
    const { Item } = await db.send(new GetCommand({ TableName, Key: connectionKey(id), ConsistentRead: true }));
    return Item === undefined ? null : connectionRow.parse(Item);
  };
  /** Null: its condition was false. */
  const update = async (
    id: string,
    command: Omit<ConstructorParameters<typeof UpdateCommand>[0], 'TableName' | 'Key'>,
  ) => {
    try {
      const Key = connectionKey(id);
      const { Attributes } = await db.send(new UpdateCommand({ TableName, Key, ReturnValues: 'ALL_NEW', ...command }));
      return connectionRow.parse(Attributes);
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return null;
      throw error;
    }
  };

  return {
    async hear(id, now) {
      const second = now.toISOString().slice(0, 19);
      const count = () =>
        update(id, {
          UpdateExpression: 'ADD said :one',
          ConditionExpression: 'said_second = :second AND said <= :most',
          ExpressionAttributeValues: { ':one': 1, ':second': second, ':most': MAX_CLIENT_MESSAGES_PER_SECOND },
        });
      const begin = () =>
        update(id, {
          UpdateExpression: 'SET said = :one, said_second = :second',
          ConditionExpression: 'attribute_exists(pk) AND said_second <> :second',
          ExpressionAttributeValues: { ':one': 1, ':second': second },
        });
      // Counted once more: another message may have begun the second just now.
      const row = (await count()) ?? (await begin()) ?? (await count());
      if (row === null) return { kind: (await find(id)) === null ? 'unknown' : 'too_many' };
      const within = row.said <= MAX_CLIENT_MESSAGES_PER_SECOND;
      return within ? { kind: 'ok', connection: connectionOf(row) } : { kind: 'first_too_many' };
    },

    async subscribe(id, listening, now) {
      const connection = await find(id);
      if (connection === null) return false;
      const { expires_at, ttl } = connection;
      const added = {
        Update: {
          TableName,
          Key: connectionKey(id),
          UpdateExpression: 'ADD channels :channel',
          ConditionExpression:
            'attribute_exists(pk) AND (attribute_not_exists(channels) OR contains(channels, :name) OR size(channels) < :most)',
          ExpressionAttributeValues: {
            ':channel': new Set([listening.channel]),
            ':name': listening.channel,
            ':most': MAX_SUBSCRIPTIONS,
          },
        },
      };
      const row = listenWrite(TableName, id, listening, { opened_at: now.toISOString(), expires_at, ttl });
      return (await transact(db, [added, row], randomUUID())).committed;
    },

    async unsubscribe(id, channel) {
      await channels.leave(id, channel);
      await update(id, {
        UpdateExpression: 'DELETE channels :channel',
        ConditionExpression: 'attribute_exists(pk)',
        ExpressionAttributeValues: { ':channel': new Set([channel]) },
      });
    },

    async close(id) {
      // The record that names the others goes last, so that a death in between leaves nothing that cannot be found.
      for (;;) {
        const connection = await find(id);
        if (connection === null) return;
        const seen = [...connection.channels];
        await Promise.all(seen.map((channel) => channels.leave(id, channel)));
        if (await removed(id, connection.channels)) return;
      }
    },
  };

  /** False: it has begun to listen to something else meanwhile. */
  async function removed(id: string, seen: Set<string>): Promise<boolean> {
    const unchanged = seen.size === 0 ? 'attribute_not_exists(channels)' : 'channels = :seen';
    try {
      await db.send(
        new DeleteCommand({
          TableName,
          Key: connectionKey(id),
          ConditionExpression: `attribute_not_exists(pk) OR ${unchanged}`,
          ...(seen.size > 0 && { ExpressionAttributeValues: { ':seen': seen } }),
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
      throw error;
    }
  }
}

function lifetimeFrom(openedAt: Date): Lifetime {
  const expires = new Date(openedAt.getTime() + KEPT_SECONDS * 1000);
  return {
    opened_at: openedAt.toISOString(),
    expires_at: expires.toISOString(),
    ttl: Math.floor(expires.getTime() / 1000),
  };
}

function connectionOf(row: z.infer<typeof connectionRow>): Connection {
  return { id: row.connection_id, channels: [...row.channels], trusted: row.trusted, openedAt: row.opened_at };
}
