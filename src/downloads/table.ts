import { DeleteCommand, GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { transact, type Write } from '../aws/transact.ts';
import { changeDownload, downloadKey, removeDownload, type DownloadTables } from './change-download.ts';
import { downloadRecord, type Download } from './download.ts';
import { discardKey, droppedBy, type Dropped } from './dropped-bytes.ts';
import { withExpiry } from './expiry.ts';
import { idempotencyWrite, storedAnswer, type IdempotentRequest } from './idempotency.ts';
import { bytesSharedBy, lostReference, sharedBytesTable } from './shared-bytes/table.ts';

export type RequestOutcome = { kind: 'accepted' } | { kind: 'repeated'; answer: string } | { kind: 'conflict' };

/** What somebody wants of a download as it is now; one that names no bytes any more gives up those it had. */
export type Decision = { kind: 'changed'; download: Download } | { kind: 'unchanged' } | { kind: 'refused' };

export type UpdateOutcome =
  | { kind: 'changed'; before: Download; download: Download; dropped: Dropped | null }
  | { kind: 'unchanged'; download: Download }
  | { kind: 'refused'; download: Download }
  | { kind: 'missing' }
  | { kind: 'repeated'; answer: string }
  | { kind: 'conflict' };

export type DownloadsTable = {
  get(id: string): Promise<Download | null>;
  /**
   * Accepts a new download. `repeated`: the same Idempotency-Key and body were answered before, with this answer;
   * `conflict`: the key was used with another body. In both cases nothing was written.
   */
  request(download: Download, repeatable: IdempotentRequest | null, now: Date): Promise<RequestOutcome>;
  /** The queue is known to have the message: the janitor need not send it again. */
  settle(id: string): Promise<void>;
  /** Changes it as decided on what it is now; whoever changes it meanwhile makes the decision be asked for again. */
  update(
    id: string,
    decide: (download: Download) => Decision,
    repeatable: (after: Download) => IdempotentRequest | null,
    now: Date,
  ): Promise<UpdateOutcome>;
  /**
   * Deletes the record, tells its listeners and notes its bytes for deletion, unless others share them. Null: there is no such
   * download, or it is not one of those that are meant.
   */
  remove(
    id: string,
    now: Date,
    meant?: (download: Download) => boolean,
  ): Promise<{ download: Download; dropped: Dropped | null } | null>;
  /** The bytes that were noted under this name are gone. */
  forgetDiscarded(discarded: string): Promise<void>;
};

export function downloadsTable(db: DynamoDBDocumentClient, tables: DownloadTables): DownloadsTable {
  const shared = sharedBytesTable(db, tables.downloads);
  const get = async (id: string): Promise<Download | null> => {
    const { Item } = await db.send(
      new GetCommand({ TableName: tables.downloads, Key: downloadKey(id), ConsistentRead: true }),
    );
    return Item === undefined ? null : downloadRecord.parse(Item);
  };

  return {
    get,

    async request(download, repeatable, now) {
      const writes = changeDownload(tables, null, download, now);
      if (repeatable !== null) writes.push(idempotencyWrite(tables.downloads, repeatable, now));
      const outcome = await transact(db, writes, randomUUID());
      if (outcome.committed) return { kind: 'accepted' };
      const earlier = outcome.failed.get(writes.length - 1);
      if (repeatable === null || earlier === undefined) throw new Error(`download ${download.id} exists already`);
      return storedAnswer(earlier, repeatable);
    },

    async settle(id) {
      const settled: Write = {
        Update: {
          TableName: tables.downloads,
          Key: downloadKey(id),
          ConditionExpression: 'attribute_exists(pk)',
          UpdateExpression: 'REMOVE unsettled_since, unsettled_shard',
        },
      };
      // A transaction of one: a plain update would fail, unretried, when it meets a worker's. A false condition: deleted meanwhile.
      await transact(db, [settled], randomUUID());
    },

    async update(id, decide, repeatable, now) {
      for (;;) {
        const before = await get(id);
        if (before === null) return { kind: 'missing' };
        const decision = decide(before);
        if (decision.kind !== 'changed') return { kind: decision.kind, download: before };
        const download = withExpiry({ ...decision.download, seq: before.seq + 1 }, tables.retentionDays);
        const writes = changeDownload(tables, before, download, now);
        const request = repeatable(download);
        if (request !== null) writes.push(idempotencyWrite(tables.downloads, request, now));
        const outcome = await transact(db, writes, randomUUID());
        if (outcome.committed) return { kind: 'changed', before, download, dropped: droppedBy(before, download) };
        const earlier = request === null ? undefined : outcome.failed.get(writes.length - 1);
        if (request !== null && earlier !== undefined) return storedAnswer(earlier, request);
      }
    },

    async remove(id, now, meant = () => true) {
      for (;;) {
        const download = await get(id);
        if (download === null || !meant(download)) return null;
        const bytes = await bytesSharedBy(shared, download);
        const dropped = bytes === null || bytes.refs === 1 ? droppedBy(download, null) : null;
        const writes = removeDownload(tables, download, dropped, now);
        if (bytes !== null) writes.push(lostReference(tables.downloads, bytes));
        const outcome = await transact(db, writes, randomUUID());
        if (outcome.committed) return { download, dropped };
      }
    },

    async forgetDiscarded(discarded) {
      await db.send(new DeleteCommand({ TableName: tables.downloads, Key: discardKey(discarded) }));
    },
  };
}
