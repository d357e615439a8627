import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { transact, type Write } from '../../aws/transact.ts';
import { changeDownload, downloadKey, shardOf, type DownloadTables } from '../change-download.ts';
import { newsWrite } from '../../news/table.ts';
import { deadLetterNews } from '../dead-letter-news.ts';
import { isOver, nothingStored, type Download, type StoredTrack } from '../download.ts';
import { withExpiry } from '../expiry.ts';
import { droppedBy, type Dropped } from '../dropped-bytes.ts';
import { anotherReference, firstReference, type SharedBytes } from '../shared-bytes/table.ts';
import { downloadsTable } from '../table.ts';
import {
  claimed,
  failed,
  completed,
  type Stored,
  type Failure,
  leaseFrom,
  LEASE_SECONDS,
  secondsHeld,
} from './transitions.ts';

export { LEASE_SECONDS };
const MAX_IDLE_ATTEMPTS = 5;

/** One worker's hold on a download; its writes take turns. */
export type Attempt = {
  readonly token: string;
  /** The key that earlier attempts have stored under, and may still be storing. */
  readonly inherited: string | null;
  /** The record as this worker last wrote it. */
  download: Download;
  lastWrite: Promise<unknown>;
};

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

/** What the source says of it. */
export type Title = Pick<Download, 'title' | 'file_name' | 'thumbnail' | 'duration'>;
type Description = Title &
  Pick<Download, 'bytes_total' | 'content_type' | 'format' | 'media_key' | 'source_key' | 'tracks'>;
type Progress = Partial<Pick<Download, 'bytes_downloaded' | 'bytes_merged'>> & Pick<Download, 'speed' | 'eta'>;
type Shared = { dropped: Dropped | null } | false;

export type AttemptsTable = {
  /** Takes the download for one worker: a pending one, or one whose worker's lease has run out. */
  claim(id: string, now: Date): Promise<Claim>;
  /** The rest: each writes for the holder alone and throws AttemptLost when it no longer is. */
  renew(attempt: Attempt, now: Date): Promise<void>;
  describe(attempt: Attempt, description: Description, now: Date): Promise<void>;
  trackStored(attempt: Attempt, index: number, track: StoredTrack, now: Date): Promise<void>;
  /** Says what is being done now, and renews the lease in the same write. */
  phase(attempt: Attempt, phase: Download['phase'], now: Date): Promise<void>;
  /** All tracks are stored, so many bytes; they are being merged. */
  merging(attempt: Attempt, bytes: number, now: Date): Promise<void>;
  progress(attempt: Attempt, progress: Progress, now: Date): Promise<void>;
  /** Those that follow may let go of stored bytes: the same write notes them for deletion. */
  drop(attempt: Attempt, now: Date): Promise<Dropped | null>;
  /** From then on others may share the bytes, unless some of the same source are shared already. */
  complete(attempt: Attempt, stored: Stored, now: Date): Promise<Dropped | null>;
  /** Completes with bytes that are stored already. False: those have just been let go of, and nothing was written. */
  share(attempt: Attempt, title: Title, bytes: SharedBytes, now: Date): Promise<Shared>;
  fail(attempt: Attempt, failure: Failure, now: Date): Promise<Dropped | null>;
  /** Lets go at once, so that the next delivery need not wait for the lease to end. */
  release(attempt: Attempt, now: Date): Promise<void>;
  /** Ends a download whose message nobody could handle; one that somebody holds, or that is over or paused, is left alone. */
  giveUp(id: string, now: Date): Promise<void>;
};

export function attemptsTable(db: DynamoDBDocumentClient, tables: DownloadTables): AttemptsTable {
  const downloads = downloadsTable(db, tables);
  /** With what belongs to the change, such as counting it among those that have its bytes: all is written, or nothing. */
  const write = async (before: Download, after: Omit<Download, 'seq'>, now: Date, belonging: Write[]) => {
    const download = withExpiry({ ...after, seq: before.seq + 1 }, tables.retentionDays);
    const writes = changeDownload(tables, before, download, now);
    const outcome = await transact(db, [...writes, ...belonging], randomUUID());
    if (outcome.committed) return { written: download };
    return { written: null, stale: [...outcome.failed.keys()].some((index) => index < writes.length) };
  };
  const change = async (before: Download, after: Omit<Download, 'seq'>, now: Date): Promise<Download | null> =>
    (await write(before, after, now, [])).written;
  const holdIf = (attempt: Attempt, patch: Partial<Download>, now: Date, reference: Write[]): Promise<Shared> =>
    inTurn(attempt, async () => {
      const before = attempt.download;
      const { written, stale } = await write(before, { ...before, ...patch }, now, reference);
      if (stale === true) throw new AttemptLost(`attempt ${attempt.token} lost its hold`);
      if (written === null) return false;
      attempt.download = written;
      return { dropped: droppedBy(before, written) };
    });
  const hold = async (attempt: Attempt, patch: Partial<Download>, now: Date): Promise<Dropped | null> => {
    const held = await holdIf(attempt, patch, now, []);
    return held === false ? null : held.dropped;
  };
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
        if (next === null) continue;
        const inherited = download.media_key;
        return { kind: 'claimed', attempt: { token, inherited, download: next, lastWrite: Promise.resolve() } };
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

    async merging(attempt, bytes, now) {
      const all = { bytes_total: bytes, bytes_downloaded: bytes, speed: null, eta: null };
      await hold(attempt, { ...all, phase: 'merging', lease_expires_at: leaseFrom(now) }, now);
    },

    drop: (attempt, now) =>
      hold(attempt, { ...nothingStored, phase: 'resolving', bytes_downloaded: 0, bytes_merged: 0 }, now),

    async progress(attempt, progress, now) {
      const { bytes_downloaded = 0 } = progress;
      const further = bytes_downloaded > attempt.download.bytes_reached;
      const reached = further ? { bytes_reached: bytes_downloaded, idle_attempts: 0 } : {};
      await hold(attempt, { ...progress, ...reached }, now);
    },

    async complete(attempt, { bytes, media_key }, now) {
      const { source_key, content_type, format } = attempt.download;
      const patch = completed({ bytes, media_key }, now);
      if (source_key !== null) {
        const first = firstReference(tables.downloads, { source_key, media_key, bytes, content_type, format });
        const shared = await holdIf(attempt, patch, now, [first]);
        if (shared !== false) return shared.dropped;
      }
      return hold(attempt, { ...patch, source_key: null }, now);
    },

    share(attempt, title, stored, now) {
      const { source_key, content_type, format } = stored;
      const patch = { ...title, ...completed(stored, now), source_key, content_type, format, shared: true };
      return holdIf(attempt, patch, now, [anotherReference(tables.downloads, stored)]);
    },

    fail: (attempt, failure, now) => hold(attempt, failed(failure, now), now),

    async giveUp(id, now) {
      for (;;) {
        const download = await downloads.get(id);
        if (download === null || isAtRest(download) || secondsHeld(download, now) > 0) return;
        const told = newsWrite(tables.news, deadLetterNews(download, now), now);
        const given = { ...download, ...failed({ code: 'gave_up' }, now) };
        if ((await write(download, given, now, [told])).written !== null) return;
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
