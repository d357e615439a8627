import type { MediaBucket } from '../aws/bucket.ts';

/** Deletes what was stored under a key: the object, and the parts of an unfinished upload. What is gone already is no error. */
export function discardFrom(bucket: Pick<MediaBucket, 'deleteObject' | 'abortUpload'>) {
  return async (key: string, uploadId: string | null): Promise<void> => {
    if (uploadId !== null) await bucket.abortUpload({ key, uploadId });
    await bucket.deleteObject(key);
  };
}
