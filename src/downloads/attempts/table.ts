import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import type { DownloadFailureCode } from '../../../contract/download-failure.ts';
import { transact, type Write } from '../../aws/transact.ts';
import {
  changeDownload,
  discardedId,
  discardWrites,
  downloadKey,
  shardOf,
  type DownloadTables,
} from '../change-download.ts';
import { isOver, type Download, type StoredTrack } from '../download.ts';

import { downloadsTable } from '../table.ts';

export const LEASE_SECONDS = 30;
const MAX_IDLE_ATTEMPTS = 5;

/** One worker's hold on a download. `download` is the record as this worker last wrote it; its writes take turns. */
export type Attempt = { readonly token: string; download: Download; lastWrite: Promise<unknown> };

export type Claim =
  | { kind: 'claimed'; attempt: Attempt }
  /** Another worker holds it, for so many seconds unless it renews. */
  | { kind: 'held'; seconds: number }
  /** Finished, deleted, paused, or ended just now because attempt after attempt moved nothing. */
  | { kind: 'over' };

/** The attempt's hold was lost: the download was deleted, ended, paused or taken over. What is stored is not this attempt's any more. */
export class AttemptLost extends Error {
  override readonly name = 'AttemptLost';
}

/** Bytes that a download let go of, noted for deletion under this name, all but the object to keep. */
export type Dropped = { discarded_id: string; media_key: string; keep: string | null };

type Description = Pick<
  Download,
  'title' | 'thumbnail' | 'duration' | 'bytes_total' | 'content_type' | 'format' | 'file_name' | 'media_key' | 'tracks'
>;
type Progress = Pick<Download, 'bytes_downloaded' | 'speed' | 'eta'>;
type Stored = { bytes: number; media_key: string };

/** Why a download failed, and what could be asked for instead. */
type Failure = { code: DownloadFailureCode; choices?: readonly string[] };

export type AttemptsTable = {
  /** Takes the download for one worker: a pending one, or one whose worker's lease has run out. */
  claim(id: string, now: Date): Promise<Claim>;
  /** The rest: each writes for the holder alone and throws AttemptLost when it no longer is. */
  renew(attempt: Attempt, now: Date): Promise<void>;
  describe(attempt: Attempt, description: Description, now: Date): Promise<void>;
  trackStored(attempt: Attempt, index: number, track: StoredTrack, now: Date): Promise<void>;
  /** Says what is being done now, and renews the lease in the same write. */
  phase(attempt: Attempt, phase: Download['phase'], now: Date): Promise<void>;
  progress(attempt: Attempt, progress: Progress, now: Date): Promise<void>;
  /** These three let go of stored bytes: the same write notes them for deletion. */
  drop(attempt: Attempt, now: Date): Promise<Dropped | null>;
  complete(attempt: Attempt, stored: Stored, now: Date): Promise<Dropped | null>;
  fail(attempt: Attempt, failure: Failure, now: Date): Promise<Dropped | null>;
  /** Lets go at once, so that the next delivery need not wait for the lease to end. */
  release(attempt: Attempt, now: Date): Promise<void>;
  /** Ends a download whose message nobody could handle; one that somebody holds, or that is over or paused, is left alone. */
  giveUp(id: string, now: Date): Promise<void>;
};

export function attemptsTable(db: DynamoDBDocumentClient, tables: DownloadTables): AttemptsTable {
  const downloads = downloadsTable(db, tables);
  const change = async (before: Download, after: Omit<Download, 'seq'>, now: Date): Promise<Download | null> => {
    const next = { ...after, seq: before.seq + 1 };
    const dropped = droppedBy(before, next);
    const notes = dropped === null ? [] : discardWrites(tables.downloads, before, now, dropped.keep);
    const outcome = await transact(db, [...changeDownload(tables, before, next, now), ...notes], randomUUID());
    return outcome.committed ? next : null;
  };
  const hold = (attempt: Attempt, patch: Partial<Download>, now: Date): Promise<Dropped | null> =>
    inTurn(attempt, async () => {
      const before = attempt.download;
      const next = await change(before, { ...before, ...patch }, now);
      if (next === null) throw new AttemptLost(`attempt ${attempt.token} lost its hold`);
      attempt.download = next;
      return droppedBy(before, next);
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
        if (download === null || isAtRest(download)) return { kind: 'over' };
        const held = secondsHeld(download, now);
        if (held > 0) return { kind: 'held', seconds: held };
        if (download.idle_attempts >= MAX_IDLE_ATTEMPTS) {
          if ((await change(download, { ...download, ...failed({ code: 'gave_up' }, now) }, now)) !== null)
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

    async describe(attempt, description, now) {
      await hold(attempt, { ...description, phase: 'downloading' }, now);
    },

    async trackStored(attempt, index, track, now) {
      await hold(attempt, { tracks: attempt.download.tracks.with(index, track) }, now);
    },

    async phase(attempt, phase, now) {
      await hold(attempt, { phase, lease_expires_at: leaseFrom(now) }, now);
    },

    drop: (attempt, now) => hold(attempt, { ...nothingStored, phase: 'resolving', bytes_downloaded: 0 }, now),

    async progress(attempt, progress, now) {
      const further = progress.bytes_downloaded > attempt.download.bytes_reached;
      const reached = further ? { bytes_reached: progress.bytes_downloaded, idle_attempts: 0 } : {};
      await hold(attempt, { ...progress, ...reached }, now);
    },

    complete: (attempt, { bytes, media_key }, now) =>
      hold(
        attempt,
        {
          ...ended(now),
          status: 'completed',
          bytes_downloaded: bytes,
          bytes_total: bytes,
          file_size: bytes,
          media_key,
          tracks: [],
        },
        now,
      ),

    fail: (attempt, failure, now) => hold(attempt, failed(failure, now), now),

    async giveUp(id, now) {
      for (;;) {
        const download = await downloads.get(id);
        if (download === null || isAtRest(download) || secondsHeld(download, now) > 0) return;
        if ((await change(download, { ...download, ...failed({ code: 'gave_up' }, now) }, now)) !== null) return;
      }
    },
  };
}

function inTurn<T>(attempt: Attempt, write: () => Promise<T>): Promise<T> {
  const turn = attempt.lastWrite.then(write);
  attempt.lastWrite = Promise.allSettled([turn]);
  return turn;
}

/** Whatever message comes for it: a paused one goes on with the message that `resume` sends. */
const isAtRest = (download: Download): boolean => isOver(download) || download.status === 'paused';

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
    // What is stored stays, and the bar where it is.
    ...(download.tracks.some(({ upload, bytes }) => upload !== null || bytes !== null) ? {} : { bytes_downloaded: 0 }),
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
    completed_at: now.toISOString(),
  };
}

const failed = ({ code, choices = [] }: Failure, now: Date): Partial<Download> => ({
  ...ended(now),
  ...nothingStored,
  status: 'failed',
  error_code: code,
  error_choices: [...choices],
});

const nothingStored = { media_key: null, tracks: [] } satisfies Partial<Download>;

/** A record that no longer names its bytes lets go of them; an object of theirs that it names instead is kept. */
function droppedBy(before: Download, after: Download): Dropped | null {
  const { media_key } = before;
  if (media_key === null || media_key === after.media_key) return null;
  const keep = after.media_key?.startsWith(media_key) === true ? after.media_key : null;
  return { discarded_id: discardedId(before), media_key, keep };
}
