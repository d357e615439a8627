import type { MediaBucket } from '../aws/bucket.ts';

/**
 * Deletes what was stored under a key and those that begin with it, all but the object to keep: unfinished uploads, whoever began
 * them, and objects. What is gone already is no error. Uploads end first, so that none becomes an object behind our back.
 */
export function discardFrom(bucket: Pick<MediaBucket, 'listUploads' | 'listKeys' | 'deleteObject' | 'abortUpload'>) {
  const abandon = abandonFrom(bucket);
  return async (key: string, keep: string | null): Promise<void> => {
    await abandon(key);
    const keys = await bucket.listKeys(key);
    await Promise.all(keys.filter((stored) => stored !== keep).map((stored) => bucket.deleteObject(stored)));
  };
}

/** Ends the unfinished uploads under a key and those that begin with it. */
export function abandonFrom(bucket: Pick<MediaBucket, 'listUploads' | 'abortUpload'>) {
  return async (key: string): Promise<void> => {
    const uploads = await bucket.listUploads(key);
    await Promise.all(uploads.map((upload) => bucket.abortUpload(upload)));
  };
}
