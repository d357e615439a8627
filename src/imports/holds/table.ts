import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { transact, type Write } from '../../aws/transact.ts';
import { changed, changeImport, importKey, type ImportTables, type Told } from '../change-import.ts';
import { ended, endLine, endNews, eventsChangedNews, farNews } from '../import-news.ts';
import { isOver, LOOKED_AT_WITHIN_MS, nothingUnannounced, type ImportRecord } from '../import.ts';
import { importsTable } from '../table.ts';

export const LEASE_SECONDS = 30;
const MAX_IDLE_ATTEMPTS = 5;

/** One worker's hold on an import; its writes take turns. */
export type Hold = {
  readonly token: string;
  /** Higher than those of all workers before. */
  readonly epoch: number;
  /** Another worker had it before and may have written rows that are in no totals yet. */
  readonly takenOver: boolean;
  /** The record as this worker last wrote it. */
  record: ImportRecord;
  lastWrite: Promise<unknown>;
};

export type Claim =
  | { kind: 'claimed'; hold: Hold }
  /** Another worker holds it, for so many seconds unless it renews. */
  | { kind: 'held'; seconds: number }
  /** Nothing is to be done with it: it is unknown or over, or was ended just now because worker after worker came no further. */
  | { kind: 'over' };

/** The import was ended or taken over: nothing this worker writes counts any more. */
export class HoldLost extends Error {
  override readonly name = 'HoldLost';
}

export type How = Pick<ImportRecord, 'status'> & Partial<Pick<ImportRecord, 'error_code' | 'error_columns'>>;

export type HoldsTable = {
  /** Takes it for one worker: one that nobody holds, or whose worker's lease has run out. */
  claim(id: string, now: Date): Promise<Claim>;
  /** The rest: each writes for the holder alone and throws HoldLost when it no longer is. */
  renew(hold: Hold, now: Date): Promise<void>;
  /** Lets go at once, so that the next delivery need not wait for the lease to end. */
  release(hold: Hold, now: Date): Promise<void>;
  /** With what belongs to the change: all is written, or nothing. */
  write(hold: Hold, change: HoldChange, now: Date): Promise<void>;
  /** Tells everybody how it ended. */
  end(hold: Hold, how: How, told: Told, now: Date): Promise<void>;
  /** Ends an import whose message nobody could handle; one that somebody holds, or that is over, is left alone. */
  giveUp(id: string, now: Date): Promise<void>;
};

/** `told` is made of the record as it will be. */
export type HoldChange = {
  patch: Partial<ImportRecord>;
  told?: (after: ImportRecord) => Told;
  belonging?: Write[];
};

export function holdsTable(db: DynamoDBDocumentClient, tables: ImportTables): HoldsTable {
  const imports = importsTable(db, tables);

  async function write(hold: Hold, { patch, told, belonging = [] }: HoldChange, now: Date): Promise<void> {
    await inTurn(hold, async () => {
      for (;;) {
        const before = hold.record;
        const tellings = told?.({ ...before, ...patch }) ?? {};
        const after = changed(before, patch, tellings);
        const writes = [...changeImport(tables, before, after, tellings, now), ...belonging];
        const outcome = await transact(db, writes, randomUUID());
        if (outcome.committed) {
          hold.record = after;
          return;
        }
        // Somebody asked for its cancellation meanwhile, or has taken it over.
        const current = await imports.get(before.id);
        if (current?.attempt !== hold.token) throw new HoldLost(`attempt ${hold.token} lost its hold`);
        if (current.version === before.version) throw new Error('what belongs to the change cannot be written');
        hold.record = current;
      }
    });
  }

  const setLease = (hold: Hold, until: Date): Promise<void> =>
    inTurn(hold, async () => {
      const lease_expires_at = until.toISOString();
      const due_at = new Date(until.getTime() + LOOKED_AT_WITHIN_MS).toISOString();
      const renewed: Write = {
        Update: {
          TableName: tables.events,
          Key: importKey(hold.record.id),
          ConditionExpression: 'attempt = :attempt',
          UpdateExpression: 'SET lease_expires_at = :until, due_at = :due',
          ExpressionAttributeValues: { ':attempt': hold.token, ':until': lease_expires_at, ':due': due_at },
        },
      };
      // A transaction of one: a plain update would fail, unretried, when it meets a transaction of the API.
      const outcome = await transact(db, [renewed], randomUUID());
      if (!outcome.committed) throw new HoldLost(`attempt ${hold.token} lost its lease`);
      hold.record = { ...hold.record, lease_expires_at, due_at };
    });

  async function giveUp(record: ImportRecord, now: Date): Promise<boolean> {
    const patch = endedAs(record, { status: 'failed', error_code: 'gave_up' }, now);
    return (await imports.change(record, patch, endTold(record, patch, {}, now), now)) !== null;
  }

  return {
    async claim(id, now) {
      for (;;) {
        const record = await imports.get(id);
        if (record === null || isOver(record)) return { kind: 'over' };
        const seconds = secondsHeld(record, now);
        if (seconds > 0) return { kind: 'held', seconds };
        if (record.idle_attempts >= MAX_IDLE_ATTEMPTS) {
          if (await giveUp(record, now)) return { kind: 'over' };
          continue;
        }
        const token = randomUUID();
        const lease = new Date(now.getTime() + LEASE_SECONDS * 1000);
        const patch = {
          attempt: token,
          lease_expires_at: lease.toISOString(),
          due_at: new Date(lease.getTime() + LOOKED_AT_WITHIN_MS).toISOString(),
          // Counted as idle until it comes further than those before: a worker that dies early never gets to say so.
          idle_attempts: record.idle_attempts + 1,
        };
        const after = await imports.change(record, patch, {}, now);
        if (after === null) continue;
        const takenOver = record.attempt !== null;
        const hold = { token, epoch: after.version, takenOver, record: after, lastWrite: Promise.resolve() };
        return { kind: 'claimed', hold };
      }
    },

    renew: (hold, now) => setLease(hold, new Date(now.getTime() + LEASE_SECONDS * 1000)),
    release: (hold, now) => setLease(hold, now),
    write,

    async end(hold, how, told, now) {
      const patch = endedAs(hold.record, how, now);
      await write(hold, { patch, told: () => endTold(hold.record, patch, told, now) }, now);
    },

    async giveUp(id, now) {
      for (;;) {
        const record = await imports.get(id);
        if (record === null || isOver(record) || secondsHeld(record, now) > 0) return;
        if (await giveUp(record, now)) return;
      }
    },
  };
}

/** How long its worker still has it, unless it renews; 0 when nobody does. */
function secondsHeld({ attempt, lease_expires_at }: ImportRecord, now: Date): number {
  if (attempt === null || lease_expires_at === null) return 0;
  return Math.max(0, (Date.parse(lease_expires_at) - now.getTime()) / 1000);
}

/** An undo that could not go on leaves what it was undoing as it was, to be undone again. */
export function endedAs(record: ImportRecord, how: How, now: Date): Partial<ImportRecord> {
  return {
    ...how,
    phase: null,
    attempt: null,
    lease_expires_at: null,
    due_at: null,
    cancel_requested: false,
    unannounced: nothingUnannounced,
    ...(record.phase === 'undoing' ? { undone_at: now.toISOString() } : { completed_at: now.toISOString() }),
  };
}

/** What everybody is told of such an end, with what else there is to tell. */
export function endTold(record: ImportRecord, patch: Partial<ImportRecord>, told: Told, now: Date): Told {
  const after = { ...record, ...patch };
  const phase = record.phase ?? 'importing';
  return {
    tidings: [...(told.tidings ?? []), ended(after, now)],
    lines: [...(told.lines ?? []), endLine(after, phase)],
    elsewhere: [
      ...(told.elsewhere ?? []),
      eventsChangedNews(record, now),
      farNews(after, true, now),
      endNews(after, phase, now),
    ],
  };
}

function inTurn<T>(hold: Hold, write: () => Promise<T>): Promise<T> {
  const turn = hold.lastWrite.then(write);
  hold.lastWrite = Promise.allSettled([turn]);
  return turn;
}
