import { TryAgainIn, type Delivery } from '../aws/each-message.ts';
import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import { keepHold, OutOfTime } from '../keep-hold.ts';
import { SourceFailed } from '../media/source-failed.ts';
import { AttemptLost, LEASE_SECONDS, type Attempt } from './attempts/table.ts';
import type { DownloadMessage } from './download-message.ts';
import { discardNow } from './dropped-bytes.ts';
import { fetchAndStore, type FetchAndStoreDeps } from './fetch-and-store.ts';
import type { DownloadsTable } from './table.ts';

export type RunDownloadDeps = FetchAndStoreDeps & {
  downloads: Pick<DownloadsTable, 'get' | 'forgetDiscarded'>;
  /** Ends the unfinished uploads under a key, and touches no object. */
  abandon: (key: string) => Promise<void>;
  queue: Queue<DownloadMessage>;
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
    const renew = () => app.attempts.renew(attempt, app.now());
    await keepHold({ seconds: LEASE_SECONDS, renew }, delivery, deadline, (hold) => fetchAndStore(app, attempt, hold));
    log.info('download completed', { bytes: attempt.download.file_size });
  } catch (error) {
    await end(app, attempt, error);
  }
}

/** The source's failure ends the download; a lost hold or a run out of time ends only this attempt; all else is tried again soon. */
async function end(app: RunDownloadDeps, attempt: Attempt, error: unknown): Promise<void> {
  try {
    if (error instanceof AttemptLost) {
      log.info('download no longer ours', { reason: error.message });
      return await abandonUnnamed(app, attempt);
    }
    if (error instanceof SourceFailed) {
      log.warn('download failed', { code: error.code, error });
      return await discardNow(app, await app.attempts.fail(attempt, error, app.now()), attempt.inherited);
    }
    // Nothing is discarded here: a `complete` whose answer was lost may have committed. Whoever takes over knows.
    await app.attempts.release(attempt, app.now());
    if (error instanceof OutOfTime) {
      log.info('out of time; another run goes on', { bytes: attempt.download.bytes_downloaded });
      // A new message: the old one's count of deliveries would end a long download.
      return await app.queue.send({ id: attempt.download.id });
    }
  } catch (cause) {
    if (cause instanceof AttemptLost) return await abandonUnnamed(app, attempt);
    throw new TryAgainIn(RETRY_SECONDS, { cause });
  }
  throw new TryAgainIn(RETRY_SECONDS, { cause: error });
}

/**
 * Whoever lost its hold leaves what is stored to its successor. Only when the record names something else is that deleted which was
 * stored since: no key is ever named again. When there is no record any more, others may share what was stored whole: then parts
 * alone are freed, and whoever deleted the record has noted the rest.
 */
async function abandonUnnamed(app: RunDownloadDeps, { download }: Attempt): Promise<void> {
  const { id, media_key } = download;
  if (media_key === null) return;
  const current = await app.downloads.get(id);
  if (current?.media_key === media_key) return;
  const freed = current === null ? app.abandon(media_key) : app.discard(media_key, current.media_key);
  await freed.catch((error: unknown) => log.warn('bytes left to the janitor', { error }));
}
