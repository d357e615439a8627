import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import * as z from 'zod';
import { transact } from '../aws/transact.ts';
import { idempotencyWrite, storedAnswer, type IdempotentRequest } from '../downloads/idempotency.ts';
import { changeEvent, eventKey, type EventTables } from './change-event.ts';
import { eventRecord, type EventRecord } from './event.ts';

export type CreateOutcome =
  | { kind: 'created' }
  /** There is one of that title, date and city. */
  | { kind: 'exists'; eventId: string }
  | { kind: 'repeated'; answer: string }
  | { kind: 'conflict' };

/** What somebody wants of an event as it is now; `refused` says why in its own words. */
export type Decision<R> =
  | { kind: 'changed'; event: EventRecord | null }
  | { kind: 'unchanged' }
  | { kind: 'refused'; why: R };

export type ChangeOutcome<R> =
  | { kind: 'changed' | 'unchanged'; event: EventRecord }
  | { kind: 'removed' | 'missing' }
  | { kind: 'exists'; eventId: string }
  | { kind: 'refused'; why: R };

export type EventsTable = {
  get(id: string): Promise<EventRecord | null>;
  /** Nothing is written but when it is `created`. `repeated` and `conflict` are of its Idempotency-Key. */
  create(event: EventRecord, repeatable: IdempotentRequest | null, now: Date): Promise<CreateOutcome>;
  /** Changes it, or with `event: null` deletes it, as decided on what it is now; whoever changes it meanwhile makes the decision be asked for again. */
  change<R>(id: string, decide: (event: EventRecord) => Decision<R>, now: Date): Promise<ChangeOutcome<R>>;
};

const keyRow = z.object({ event_id: z.string() });

export function eventsTable(db: DynamoDBDocumentClient, tables: EventTables): EventsTable {
  const get = async (id: string): Promise<EventRecord | null> => {
    const { Item } = await db.send(
      new GetCommand({ TableName: tables.events, Key: eventKey(id), ConsistentRead: true }),
    );
    return Item === undefined ? null : eventRecord.parse(Item);
  };

  return {
    get,

    async create(event, repeatable, now) {
      const writes = changeEvent(tables, { before: null, after: event }, ulid(), now);
      if (repeatable !== null) writes.push(idempotencyWrite(tables.events, repeatable, now));
      const outcome = await transact(db, writes, randomUUID());
      if (outcome.committed) return { kind: 'created' };
      // Before the event itself: what was created by the same request is no other event.
      const earlier = outcome.failed.get(writes.length - 1);
      if (repeatable !== null && earlier !== undefined) return storedAnswer(earlier, repeatable);
      return { kind: 'exists', eventId: keyRow.parse(outcome.failed.get(1)).event_id };
    },

    async change(id, decide, now) {
      for (;;) {
        const before = await get(id);
        if (before === null) return { kind: 'missing' };
        const decision = decide(before);
        if (decision.kind === 'refused') return decision;
        if (decision.kind === 'unchanged') return { kind: 'unchanged', event: before };
        const { event: after } = decision;
        const outcome = await transact(db, changeEvent(tables, { before, after }, ulid(), now), randomUUID());
        if (outcome.committed) return after === null ? { kind: 'removed' } : { kind: 'changed', event: after };
        // The record's own condition says more: what was decided on is past.
        const other = outcome.failed.has(0) ? undefined : outcome.failed.get(1);
        if (other !== undefined) return { kind: 'exists', eventId: keyRow.parse(other).event_id };
      }
    },
  };
}
