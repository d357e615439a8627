import { log } from '../aws/log.ts';
import type { Write } from '../aws/transact.ts';
import type { Download } from './download.ts';
import type { DownloadsTable } from './table.ts';

/** Bytes that a download let go of, noted for deletion under this name: all that begins with the key, but for the object to keep. */
export type Dropped = { discarded_id: string; media_key: string; keep: string | null };

export type DiscardDeps = {
  downloads: Pick<DownloadsTable, 'forgetDiscarded'>;
  /** Deletes what is stored under a key and those that begin with it, all but one. */
  discard: (key: string, keep: string | null) => Promise<void>;
};

export const discardKey = (discarded: string): { pk: string } => ({ pk: `discarded#${discarded}` });

/** A record that no longer names its bytes lets go of them; an object of theirs that it names instead is kept. */
export function droppedBy(before: Download | null, after: Download | null): Dropped | null {
  if (before === null || before.media_key === null || before.media_key === after?.media_key) return null;
  const { id, seq, media_key } = before;
  const keep = after?.media_key?.startsWith(media_key) === true ? after.media_key : null;
  // The same download may let go of something again.
  return { discarded_id: `${id}#${seq}`, media_key, keep };
}

/** Notes bytes for deletion: at once when nobody can be writing them, else when the lease has run out. */
export function droppedWrite(tableName: string, dropped: Dropped, before: Download, shard: number, now: Date): Write {
  const unsettled_since = before.lease_expires_at ?? now.toISOString();
  const Item = { ...discardKey(dropped.discarded_id), ...dropped, unsettled_since, unsettled_shard: String(shard) };
  return { Put: { TableName: tableName, Item } };
}

/**
 * Deletes bytes that no record names any more. They are noted for the janitor, so that this may fail. Under an inherited key a worker
 * of before, who does not know yet that it is over, may still be storing: then the note stays, and the janitor looks again later.
 */
export async function discardNow(app: DiscardDeps, dropped: Dropped | null, inherited: string | null): Promise<void> {
  if (dropped === null) return;
  try {
    await app.discard(dropped.media_key, dropped.keep);
    if (dropped.media_key !== inherited) await app.downloads.forgetDiscarded(dropped.discarded_id);
  } catch (error) {
    log.warn('bytes not deleted; left to the janitor', { error });
  }
}
