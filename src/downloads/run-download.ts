import { TryAgainIn, type Delivery } from '../aws/each-message.ts';
import { log } from '../aws/log.ts';
import type { Media } from '../media/media.ts';
import { SourceFailed } from '../media/source-failed.ts';
import { AttemptLost, LEASE_SECONDS, type Attempt, type AttemptsTable } from './attempts/table.ts';
import type { DownloadMessage } from './download-message.ts';
import type { Download } from './download.ts';
import { keepHold } from './keep-hold.ts';
import { reportProgress } from './report-progress.ts';

export type TransferOptions = {
  onUploadCreated: (uploadId: string) => Promise<void>;
  onProgress: (bytes: number) => void;
  signal: AbortSignal;
};

export type RunDownloadDeps = {
  attempts: AttemptsTable;
  /** Opens the source. Throws SourceFailed. */
  open: (url: string, signal: AbortSignal) => Promise<Media>;
  /** Stores the media under the key, whole or not at all. Throws SourceFailed when the source breaks off. */
  transfer: (key: string, media: Media, options: TransferOptions) => Promise<{ bytes: number }>;
  /** Deletes what an attempt stored: the object, and the parts of an unfinished upload. */
  discard: (key: string, uploadId: string | null) => Promise<void>;
  now: () => Date;
};

/** Milliseconds this run may still take. */
export type Deadline = () => number;

const RETRY_SECONDS = 5;

/** One delivery of one download's message: takes it, fetches it, stores it, ends it. Delivered twice, one does nothing. */
export async function runDownload(
  app: RunDownloadDeps,
  { id }: DownloadMessage,
  delivery: Delivery,
  deadline: Deadline,
): Promise<void> {
  // Before anything else: the queue itself hides a message as long as a whole run may take.
  await delivery.hide(LEASE_SECONDS);
  const claim = await app.attempts.claim(id, app.now());
  if (claim.kind === 'over') return;
  if (claim.kind === 'held') throw new TryAgainIn(claim.seconds + 1);
  const { attempt } = claim;
  log.resetKeys();
  log.appendKeys({ download_id: id, attempt: attempt.token });
  log.info('download taken', { seq: attempt.download.seq });
  try {
    await keepHold(app, attempt, delivery, deadline, (signal) => fetchAndStore(app, attempt, signal));
    log.info('download completed', { bytes: attempt.download.file_size });
  } catch (error) {
    await end(app, attempt, error);
  }
}

async function fetchAndStore(app: RunDownloadDeps, attempt: Attempt, signal: AbortSignal): Promise<void> {
  await discardStored(app, attempt.download);
  const media = await app.open(attempt.download.url, signal);
  try {
    const key = `media/${attempt.download.id}/${attempt.token}`;
    await app.attempts.describe(attempt, { ...descriptionOf(media), media_key: key }, app.now());
    const stored = await storeReporting(app, attempt, key, media, signal);
    await app.attempts.complete(attempt, stored, app.now());
  } finally {
    media.body.destroy();
  }
}

async function storeReporting(app: RunDownloadDeps, attempt: Attempt, key: string, media: Media, signal: AbortSignal) {
  const progress = reportProgress(app.attempts, attempt, app.now);
  try {
    return await app.transfer(key, media, {
      onUploadCreated: (uploadId) => app.attempts.uploading(attempt, uploadId, app.now()),
      onProgress: progress.report,
      signal: AbortSignal.any([signal, progress.lost]),
    });
  } finally {
    // A hold lost while reporting outranks whatever the transfer made of it.
    await progress.stop();
  }
}

/** What an attempt left in S3. Each has a key of its own, so another's is never touched. */
async function discardStored(app: RunDownloadDeps, { media_key, upload_id }: Download): Promise<void> {
  if (media_key !== null) await app.discard(media_key, upload_id);
}

function descriptionOf({ title, contentType, extension, length }: Media) {
  return { title, file_name: title, content_type: contentType, format: extension, bytes_total: length };
}

/** The source's failure ends the download; a lost hold ends only this attempt; anything else is tried again soon. */
async function end(app: RunDownloadDeps, attempt: Attempt, error: unknown): Promise<void> {
  try {
    if (error instanceof AttemptLost) {
      log.info('download no longer ours', { reason: error.message });
      return await discardStored(app, attempt.download);
    }
    if (error instanceof SourceFailed) {
      log.warn('download failed', { code: error.code, error });
      await discardStored(app, attempt.download);
      return await app.attempts.fail(attempt, error.code, app.now());
    }
    // Nothing is discarded here: a `complete` whose answer was lost may have committed. Whoever takes over knows.
    await app.attempts.release(attempt, app.now());
  } catch (cause) {
    if (cause instanceof AttemptLost) return;
    throw new TryAgainIn(RETRY_SECONDS, { cause });
  }
  throw new TryAgainIn(RETRY_SECONDS, { cause: error });
}
