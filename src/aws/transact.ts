import { TransactionCanceledException, TransactionInProgressException } from '@aws-sdk/client-dynamodb';
import {
  TransactWriteCommand,
  type DynamoDBDocumentClient,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { setTimeout as sleep } from 'node:timers/promises';

export type Write = NonNullable<TransactWriteCommandInput['TransactItems']>[number];
type Item = Record<string, unknown>;

/** `failed` names the writes whose condition was false, by their index, with the item there was when it was asked for. */
export type Outcome = { committed: true } | { committed: false; failed: Map<number, Item | undefined> };

type Retry = { attempts: number; pause: (attempt: number) => Promise<void> };
const withJitter: Retry = { attempts: 8, pause: (attempt) => sleep(Math.random() * Math.min(1000, 20 * 2 ** attempt)) };

/** Reasons that say "not now" and nothing about the conditions; the SDK does not retry them inside a cancelled transaction. */
const PASSING = new Set(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/**
 * Writes all or nothing. A conflict with another transaction is retried (8 tries, the same token, so that a try whose answer
 * was lost is not applied twice) and never taken for a false condition.
 */
export async function transact(
  db: DynamoDBDocumentClient,
  writes: Write[],
  token: string,
  retry: Retry = withJitter,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await db.send(new TransactWriteCommand({ TransactItems: writes, ClientRequestToken: token }));
      return { committed: true };
    } catch (error) {
      const failed = falseConditions(error);
      if (failed !== undefined) return { committed: false, failed };
      if (!isPassing(error) || attempt === retry.attempts) throw error;
      await retry.pause(attempt);
    }
  }
}

function falseConditions(error: unknown): Map<number, Item | undefined> | undefined {
  if (!(error instanceof TransactionCanceledException)) return undefined;
  const failed = new Map<number, Item | undefined>();
  for (const [index, reason] of (error.CancellationReasons ?? []).entries()) {
    if (reason.Code === 'ConditionalCheckFailed') {
      // The document client leaves the items inside an exception as they came over the wire.
      failed.set(index, reason.Item === undefined ? undefined : unmarshall(reason.Item));
    }
  }
  return failed.size > 0 ? failed : undefined;
}

function isPassing(error: unknown): boolean {
  if (error instanceof TransactionInProgressException) return true;
  if (!(error instanceof TransactionCanceledException)) return false;
  const codes = (error.CancellationReasons ?? [])
    .map((reason) => reason.Code ?? 'None')
    .filter((code) => code !== 'None');
  return codes.length > 0 && codes.every((code) => PASSING.has(code));
}
