import { GetCommand, type DynamoDBDocumentClient, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { transact, type Write } from '../../aws/transact.ts';

const LEASE_MS = 10_000;
/** Whoever was woken has surely begun after this, or never will. */
const WAKING_MS = 3_000;
const Key = { pk: 'broadcaster' };

const row = z.object({ holder: z.string().default(''), expires_at: z.string().default('') });

/** Who publishes snapshots: one holder at a time, for 10 s unless it renews. */
export type BroadcastLease = {
  /** Takes it when it is free or has expired, or from this predecessor. Null: somebody else holds it. */
  take(predecessor: string | null, now: Date): Promise<string | null>;
  /** Goes on holding it, in one transaction with these writes. False: it was lost, and nothing was written. */
  renew(token: string, now: Date, alongside?: Write[]): Promise<boolean>;
  release(token: string): Promise<void>;
  /** Whether to start a broadcaster: nobody holds the lease, and nobody was told to start one just now. */
  mayWake(now: Date): Promise<boolean>;
};

export function broadcastLease(db: DynamoDBDocumentClient, TableName: string): BroadcastLease {
  const iso = (now: Date, ms = 0) => new Date(now.getTime() + ms).toISOString();
  /** False: its condition was false. */
  const update = async (command: Partial<UpdateCommandInput>) =>
    (await transact(db, [write(command)], randomUUID())).committed;
  const write = (command: object): Write => ({ Update: { TableName, Key, UpdateExpression: '', ...command } });

  return {
    async take(predecessor, now) {
      const token = randomUUID();
      const taken = await update({
        UpdateExpression: 'SET holder = :token, expires_at = :until',
        ConditionExpression: 'attribute_not_exists(expires_at) OR expires_at < :now OR holder = :predecessor',
        ExpressionAttributeValues: {
          ':token': token,
          ':until': iso(now, LEASE_MS),
          ':now': iso(now),
          ':predecessor': predecessor ?? 'nobody',
        },
      });
      return taken ? token : null;
    },

    async renew(token, now, alongside = []) {
      const renewed = write({
        UpdateExpression: 'SET expires_at = :until',
        ConditionExpression: 'holder = :token',
        ExpressionAttributeValues: { ':token': token, ':until': iso(now, LEASE_MS) },
      });
      return (await transact(db, [renewed, ...alongside], randomUUID())).committed;
    },

    async release(token) {
      await update({
        UpdateExpression: 'REMOVE holder, expires_at',
        ConditionExpression: 'holder = :token',
        ExpressionAttributeValues: { ':token': token },
      });
    },

    async mayWake(now) {
      const { Item } = await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }));
      if (row.parse(Item ?? {}).expires_at > iso(now)) return false;
      return update({
        UpdateExpression: 'SET waking_until = :until',
        ConditionExpression: 'attribute_not_exists(waking_until) OR waking_until < :now',
        ExpressionAttributeValues: { ':until': iso(now, WAKING_MS), ':now': iso(now) },
      });
    },
  };
}
