import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { parseChannel } from '../../contract/channel.ts';
import type { Write } from '../aws/transact.ts';
import { connectionNews, isLater, news, seqKey, type ConnectionNews, type News } from './news.ts';
import type { Seq } from '../../contract/notification.ts';

const DAY_SECONDS = 24 * 60 * 60;
export const NEWS_KEPT_MS = DAY_SECONDS * 1000;
/** Logs live here alone, and an import is looked at again days later. */
const LONG_SECONDS = 7 * DAY_SECONDS;
const LONG_KEPT = new Set(['logs', 'import']);
const CONNECTION_SECONDS = 10 * 60;

/** Sorts behind every number, so that a replay reads the newest progress last. */
const PROGRESS_KEY = 'progress';
const ttl = (now: Date, seconds: number): number => Math.floor(now.getTime() / 1000) + seconds;

/** The write that leaves one news in the outbox; part of the transaction that changes what it tells of. */
export function newsWrite(tableName: string, entry: News, now: Date): Write {
  const seq = entry.kind === 'progress' ? `${PROGRESS_KEY}${entry.of ?? ''}` : seqKey(entry.seq);
  const kept = LONG_KEPT.has(parseChannel(entry.channel)?.kind ?? '') ? LONG_SECONDS : DAY_SECONDS;
  return { Put: { TableName: tableName, Item: { channel: entry.channel, seq, news: entry, ttl: ttl(now, kept) } } };
}

export function connectionNewsWrite(tableName: string, entry: ConnectionNews, now: Date): Write {
  const Item = { channel: entry.channel, seq: seqKey(0), connection: entry, ttl: ttl(now, CONNECTION_SECONDS) };
  return { Put: { TableName: tableName, Item } };
}

/** One row of the table, as the notifier's stream and a replay read it. */
export const newsRow = z.object({ news });
/** The rows that the greeter's stream reads. */
export const connectionRow = z.object({ connection: connectionNews });

export type NewsTable = {
  /** What a channel told after `seq`, oldest first; of mere progress only the newest. */
  after(channel: string, seq: Seq): Promise<News[]>;
  /** The `seq` of the oldest news that is kept; null when there is none. */
  oldest(channel: string): Promise<Seq | null>;
};

export function newsTable(db: DynamoDBDocumentClient, tableName: string): NewsTable {
  return {
    async after(channel, seq) {
      const found: News[] = [];
      let start: Record<string, unknown> | undefined;
      do {
        const page = await db.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'channel = :channel AND seq > :seq',
            ExpressionAttributeValues: { ':channel': channel, ':seq': seqKey(seq) },
            ConsistentRead: true,
            ...(start && { ExclusiveStartKey: start }),
          }),
        );
        found.push(...(page.Items ?? []).map((item) => newsRow.parse(item).news));
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return found.filter((entry) => isLater(entry.seq, seq)).toSorted((a, b) => (isLater(a.seq, b.seq) ? 1 : -1));
    },

    async oldest(channel) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: tableName,
          KeyConditionExpression: 'channel = :channel',
          ExpressionAttributeValues: { ':channel': channel },
          ConsistentRead: true,
          Limit: 1,
        }),
      );
      return Items[0] === undefined ? null : newsRow.parse(Items[0]).news.seq;
    },
  };
}
