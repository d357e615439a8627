import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import type { DownloadFailureCode } from '../../../contract/download-failure.ts';
import { transact, type Write } from '../../aws/transact.ts';
import { changeDownload, downloadKey, shardOf, type DownloadTables } from '../change-download.ts';
import { isOver, type Download } from '../download.ts';
import { downloadsTable } from '../table.ts';

export const LEASE_SECONDS = 30;
const MAX_IDLE_ATTEMPTS = 5;

/** One worker's hold on a download. `download` is the record as this worker last wrote it; its writes take turns. */
export type Attempt = { readonly token: string; download: Download; lastWrite: Promise<unknown> };

export type Claim =
  | { kind: 'claimed'; attempt: Attempt }
  /** Another worker holds it, for so many seconds unless it renews. */
  | { kind: 'held'; seconds: number }
  /** Finished, deleted, or ended just now because attempt after attempt moved nothing. */
  | { kind: 'over' };

/** The attempt's hold was lost: the download was deleted, ended or taken over. Whatever it stored is to be deleted. */
export class AttemptLost extends Error {
  override readonly name = 'AttemptLost';
}

type Description = Pick<Download, 'title' | 'bytes_total' | 'content_type' | 'format' | 'file_name' | 'media_key'>;
type Progress = Pick<Download, 'bytes_downloaded' | 'speed' | 'eta'>;
type Stored = { bytes: number };

export type AttemptsTable = {
  /** Takes the download for one worker: a pending one, or one whose worker's lease has run out. */
  claim(id: string, now: Date): Promise<Claim>;
  /** The rest: each writes for the holder alone and throws AttemptLost when it no longer is. */
  renew(attempt: Attempt, now: Date): Promise<void>;
  describe(attempt: Attempt, description: Description, now: Date): Promise<void>;
  uploading(attempt: Attempt, uploadId: string, now: Date): Promise<void>;
  progress(attempt: Attempt, progress: Progress, now: Date): Promise<void>;
  complete(attempt: Attempt, stored: Stored, now: Date): Promise<void>;
  fail(attempt: Attempt, code: DownloadFailureCode, now: Date): Promise<void>;
  /** Lets go at once, so that the next delivery need not wait for the lease to end. */
  release(attempt: Attempt, now: Date): Promise<void>;
  /** Ends a download whose message nobody could handle; one that somebody holds, or that is over, is left alone. */
  giveUp(id: string, now: Date): Promise<void>;
};

export function attemptsTable(db: DynamoDBDocumentClient, tables: DownloadTables): AttemptsTable {
  const downloads = downloadsTable(db, tables);
  const change = async (before: Download, after: Omit<Download, 'seq'>, now: Date): Promise<Download | null> => {
    const next = { ...after, seq: before.seq + 1 };
    const outcome = await transact(db, changeDownload(tables, before, next, now), randomUUID());
    return outcome.committed ? next : null;
  };
  const hold = (attempt: Attempt, patch: Partial<Download>, now: Date): Promise<void> =>
    inTurn(attempt, async () => {
      const next = await change(attempt.download, { ...attempt.download, ...patch }, now);
      if (next === null) throw new AttemptLost(`attempt ${attempt.token} lost its hold`);
      attempt.download = next;
    });
  const setLease = (attempt: Attempt, until: string): Promise<void> =>
    inTurn(attempt, async () => {
      const { id } = attempt.download;
      const renewed: Write = {
        Update: {
          TableName: tables.downloads,
          Key: downloadKey(id),
          ConditionExpression: 'attempt = :attempt',
          UpdateExpression: 'SET lease_expires_at = :until, leased_shard = :shard',
          ExpressionAttributeValues: { ':attempt': attempt.token, ':until': until, ':shard': String(shardOf(id)) },
        },
      };
      // A transaction of one: a plain update would fail, unretried, when it meets a transaction of the API.
      const outcome = await transact(db, [renewed], randomUUID());
      if (!outcome.committed) throw new AttemptLost(`attempt ${attempt.token} lost its lease`);
      attempt.download = { ...attempt.download, lease_expires_at: until };
    });

  return {
    async claim(id, now) {
      for (;;) {
        const download = await downloads.get(id);
        if (download === null || isOver(download)) return { kind: 'over' };
        const held = secondsHeld(download, now);
        if (held > 0) return { kind: 'held', seconds: held };
        if (download.idle_attempts >= MAX_IDLE_ATTEMPTS) {
          if ((await change(download, { ...download, ...failed('gave_up', now) }, now)) !== null)
            return { kind: 'over' };
          continue;
        }
        const token = randomUUID();
        const next = await change(download, { ...download, ...claimed(download, token, now) }, now);
        if (next !== null) return { kind: 'claimed', attempt: { token, download: next, lastWrite: Promise.resolve() } };
      }
    },

    renew: (attempt, now) => setLease(attempt, leaseFrom(now)),
    release: (attempt, now) => setLease(attempt, now.toISOString()),

    describe: (attempt, description, now) =>
      hold(attempt, { ...description, upload_id: null, phase: 'downloading' }, now),

    uploading: (attempt, upload_id, now) => hold(attempt, { upload_id }, now),

    async progress(attempt, progress, now) {
      const further = progress.bytes_downloaded > attempt.download.bytes_reached;
      const reached = further ? { bytes_reached: progress.bytes_downloaded, idle_attempts: 0 } : {};
      await hold(attempt, { ...progress, ...reached }, now);
    },

    complete: (attempt, { bytes }, now) =>
      hold(
        attempt,
        {
          ...ended(now),
          status: 'completed',
          bytes_downloaded: bytes,
          bytes_total: bytes,
          file_size: bytes,
        },
        now,
      ),

    fail: (attempt, code, now) => hold(attempt, { ...failed(code, now), media_key: null }, now),

    async giveUp(id, now) {
      for (;;) {
        const download = await downloads.get(id);
        if (download === null || isOver(download) || secondsHeld(download, now) > 0) return;
        if ((await change(download, { ...download, ...failed('gave_up', now) }, now)) !== null) return;
      }
    },
  };
}

function inTurn(attempt: Attempt, write: () => Promise<void>): Promise<void> {
  const turn = attempt.lastWrite.then(write);
  attempt.lastWrite = Promise.allSettled([turn]);
  return turn;
}

const leaseFrom = (now: Date): string => new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString();

function secondsHeld({ status, lease_expires_at }: Download, now: Date): number {
  if (status !== 'downloading' || lease_expires_at === null) return 0;
  return Math.max(0, (Date.parse(lease_expires_at) - now.getTime()) / 1000);
}

function claimed(download: Download, token: string, now: Date): Partial<Download> {
  return {
    status: 'downloading',
    phase: 'resolving',
    attempt: token,
    lease_expires_at: leaseFrom(now),
    started_at: download.started_at ?? now.toISOString(),
    unsettled_since: null,
    bytes_downloaded: 0,
    speed: null,
    eta: null,
    // Counted as idle until it comes further than those before: a worker that dies early never gets to say so.
    idle_attempts: download.idle_attempts + 1,
  };
}

function ended(now: Date): Partial<Download> {
  return {
    phase: null,
    speed: null,
    eta: null,
    attempt: null,
    lease_expires_at: null,
    unsettled_since: null,
    upload_id: null,
    completed_at: now.toISOString(),
  };
}

const failed = (code: DownloadFailureCode, now: Date): Partial<Download> => ({
  ...ended(now),
  status: 'failed',
  error_code: code,
});
