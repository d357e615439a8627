import { log } from '../aws/log.ts';
import type { Attempt, AttemptsTable, Title } from './attempts/table.ts';
import { discardNow, type DiscardDeps } from './dropped-bytes.ts';
import type { SharedBytesTable } from './shared-bytes/table.ts';

export type ShareStoredDeps = DiscardDeps & {
  attempts: Pick<AttemptsTable, 'share'>;
  sharedBytes: SharedBytesTable;
  /** The object under a key; null when there is none. */
  stored: (key: string) => Promise<{ bytes: number } | null>;
  now: () => Date;
};

/**
 * Completes the download with what an earlier one has stored of the same source, which has just told that it still has the same.
 * False: there is nothing to share, the bytes are to be fetched.
 */
export async function shareStored(
  app: ShareStoredDeps,
  attempt: Attempt,
  title: Title,
  sourceKey: string | null,
): Promise<boolean> {
  const bytes = sourceKey === null ? null : await app.sharedBytes.of(sourceKey);
  if (bytes === null) return false;
  const object = await app.stored(bytes.media_key);
  if (object?.bytes !== bytes.bytes) {
    log.warn('the object to share is not there', { media_key: bytes.media_key });
    return false;
  }
  const shared = await app.attempts.share(attempt, title, bytes, app.now());
  if (shared === false) return false;
  log.info('bytes shared', { media_key: bytes.media_key });
  await discardNow(app, shared.dropped, attempt.inherited);
  return true;
}
