import { QueryCommand, type DynamoDBDocumentClient, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { CHANNEL_KINDS, CHANNELS, type ChannelKind } from '../../../contract/channel.ts';
import { connectionCounts, type ConnectionCounts } from '../../../contract/snapshot.ts';
import { tables } from '../../../contract/tables.ts';

/** Counted anew each time, so that there is no counter to go wrong. */
export type CountsTable = {
  /** Who listens now, by channel. */
  byChannel(now: Date): Promise<ConnectionCounts>;
  /** Open connections, and how many different people they are. */
  presence: () => Promise<{ active_connections: number; users_online: number }>;
};

/** The seed's five are told also when nobody listens. */
const ALWAYS_TOLD: readonly ChannelKind[] = ['download', 'queue', 'stats', 'general', 'dashboard'];
const { by_kind, by_user } = tables.connections.indexes;
const byUserEntry = z.object({ user_connection: z.string() });

export function countsTable(db: DynamoDBDocumentClient, TableName: string): CountsTable {
  const pages = async function* (query: Omit<QueryCommandInput, 'TableName'>) {
    let start: Record<string, unknown> | undefined;
    do {
      const page = await db.send(new QueryCommand({ TableName, ...query, ...(start && { ExclusiveStartKey: start }) }));
      yield page;
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  };
  const listening = async (kind: ChannelKind, now: Date): Promise<number> => {
    const query = {
      IndexName: 'by_kind',
      Select: 'COUNT',
      KeyConditionExpression: '#kind = :kind AND #expires > :now',
      ExpressionAttributeNames: { '#kind': by_kind.partitionKey, '#expires': by_kind.sortKey },
      ExpressionAttributeValues: { ':kind': kind, ':now': now.toISOString() },
    } as const;
    let found = 0;
    for await (const { Count = 0 } of pages(query)) found += Count;
    return found;
  };

  return {
    async byChannel(now) {
      const counted = CHANNEL_KINDS.filter((kind) => CHANNELS[kind].counted !== null);
      const counts = await Promise.all(counted.map(async (kind) => ({ kind, count: await listening(kind, now) })));
      const told = counts.filter(({ kind, count }) => count > 0 || ALWAYS_TOLD.includes(kind));
      return connectionCounts.parse({
        ...Object.fromEntries(told.map(({ kind, count }) => [`${CHANNELS[kind].counted}_connections`, count])),
        total: counts.reduce((sum, { count }) => sum + count, 0),
      });
    },

    async presence() {
      const query = {
        IndexName: 'by_user',
        KeyConditionExpression: '#online = :yes',
        ExpressionAttributeNames: { '#online': by_user.partitionKey },
        ExpressionAttributeValues: { ':yes': 'yes' },
      };
      const users = new Set<string>();
      let connections = 0;
      for await (const { Items = [] } of pages(query)) {
        connections += Items.length;
        for (const item of Items) users.add(userOf(byUserEntry.parse(item).user_connection));
      }
      return { active_connections: connections, users_online: users.size };
    },
  };
}

/** People name themselves as they like; a connection's id has no `#`. */
const userOf = (userConnection: string): string => userConnection.slice(0, userConnection.lastIndexOf('#'));
