import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Write } from '../aws/transact.ts';

const KEPT_SECONDS = 24 * 60 * 60;

/** A POST that may be sent again: who asked, under which key, with which body, and the answer to give each time. */
export type IdempotentRequest = { owner: string; route: string; key: string; body: unknown; answer: string };

const record = z.object({ body_hash: z.string(), answer: z.string() });
const hash = (body: unknown): string => createHash('sha256').update(JSON.stringify(body)).digest('hex');

/** Its condition is false while an earlier request's record of the same key is kept; that record comes with the failure. */
export function idempotencyWrite(tableName: string, request: IdempotentRequest, now: Date): Write {
  const seconds = Math.floor(now.getTime() / 1000);
  return {
    Put: {
      TableName: tableName,
      Item: {
        pk: `idempotency#${request.owner}#${request.route}#${request.key}`,
        body_hash: hash(request.body),
        answer: request.answer,
        ttl: seconds + KEPT_SECONDS,
      },
      // DynamoDB deletes expired items late: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
      ConditionExpression: 'attribute_not_exists(pk) OR #ttl < :now',
      ExpressionAttributeNames: { '#ttl': 'ttl' },
      ExpressionAttributeValues: { ':now': seconds },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
  };
}

export function storedAnswer(
  earlier: Record<string, unknown>,
  request: IdempotentRequest,
): { kind: 'repeated'; answer: string } | { kind: 'conflict' } {
  const { body_hash, answer } = record.parse(earlier);
  return body_hash === hash(request.body) ? { kind: 'repeated', answer } : { kind: 'conflict' };
}
