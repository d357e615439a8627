import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import type { Notice } from '../../contract/notice-routes.ts';
import { generalMessage, type GeneralMessage } from '../../contract/notice.ts';
import { transact } from '../aws/transact.ts';
import { idempotencyWrite, storedAnswer, type IdempotentRequest } from '../downloads/idempotency.ts';
import type { RequestOutcome } from '../downloads/table.ts';
import { firstUlidOf, seqKey } from '../news/news.ts';
import { newsRow, newsWrite } from '../news/table.ts';

export type NoticesTable = {
  /** Leaves the notice in the outbox of its channel, once for each Idempotency-Key. */
  announce(
    channel: 'general' | 'admin',
    notice: Notice,
    repeatable: IdempotentRequest | null,
    now: Date,
  ): Promise<RequestOutcome>;
  /** What was announced to everybody since then, the newest first, at most so many. */
  announcedSince(time: Date, limit: number): Promise<GeneralMessage[]>;
};

export function noticesTable(db: DynamoDBDocumentClient, tables: { downloads: string; news: string }): NoticesTable {
  return {
    async announce(channel, notice, repeatable, now) {
      const writes = [newsWrite(tables.news, { channel, seq: notice.seq, kind: 'change', notification: notice }, now)];
      if (repeatable !== null) writes.push(idempotencyWrite(tables.downloads, repeatable, now));
      const outcome = await transact(db, writes, randomUUID());
      if (outcome.committed) return { kind: 'accepted' };
      const earlier = outcome.failed.get(1);
      if (repeatable === null || earlier === undefined) throw new Error('a notice was refused without a reason');
      return storedAnswer(earlier, repeatable);
    },

    async announcedSince(time, limit) {
      const { Items = [] } = await db.send(
        new QueryCommand({
          TableName: tables.news,
          KeyConditionExpression: 'channel = :channel AND seq > :seq',
          ExpressionAttributeValues: { ':channel': 'general', ':seq': seqKey(firstUlidOf(time)) },
          ScanIndexForward: false,
          Limit: limit,
        }),
      );
      return Items.map((item) => generalMessage.parse(newsRow.parse(item).news.notification));
    },
  };
}
