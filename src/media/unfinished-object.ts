import { noSuchUpload, type MediaBucket, type StoredPart } from '../aws/bucket.ts';
import { BeginAnew } from './interruptions.ts';
import { type Part, partsOf } from './part-plan.ts';
import type { StoredUpload } from './stored-upload.ts';

type Bucket = Pick<MediaBucket, 'listParts' | 'uploadPart' | 'completeUpload' | 'headObject'>;

/** An object that is being put together from parts, by this process or by those before it. */
export type UnfinishedObject = {
  /** The parts that S3 does not have yet. */
  missing(): Promise<Part[]>;
  store(part: Part, body: Buffer, signal: AbortSignal): Promise<void>;
  /** Makes the object of what S3 has. Throws BeginAnew when the upload is gone and there is no such object. */
  complete(): Promise<void>;
};

/**
 * Whatever it is told, it believes S3 alone: `ListParts` says what is stored, and an upload that is gone may have been completed by
 * another worker (or by this one, its answer lost): then the object is there, with the right length.
 */
export function unfinishedObject(bucket: Bucket, key: string, upload: StoredUpload): UnfinishedObject {
  const { upload_id: uploadId, part_bytes, length } = upload;
  const plan = partsOf(length, part_bytes);

  const listed = async (): Promise<{ stored: StoredPart[]; missing: Part[] }> => {
    const stored = await bucket.listParts({ key, uploadId });
    const bytes = new Map(stored.map((part) => [part.number, part.bytes]));
    return { stored, missing: plan.filter(({ number, from, to }) => bytes.get(number) !== to - from) };
  };
  const unlessCompleted = async (error: unknown): Promise<void> => {
    if (!noSuchUpload(error)) throw error;
    const object = await bucket.headObject(key);
    if (object?.bytes !== length) throw new BeginAnew('the upload is gone', { cause: error });
  };

  return {
    async missing() {
      try {
        return (await listed()).missing;
      } catch (error) {
        await unlessCompleted(error);
        return [];
      }
    },

    async store({ number }, body, signal) {
      try {
        await bucket.uploadPart({ key, uploadId, number, body, signal });
      } catch (error) {
        signal.throwIfAborted();
        await unlessCompleted(error);
      }
    },

    async complete() {
      try {
        const { stored, missing } = await listed();
        if (missing.length > 0) throw new Error(`S3 lacks ${missing.length} of ${plan.length} parts`);
        await bucket.completeUpload({ key, uploadId, parts: stored });
      } catch (error) {
        await unlessCompleted(error);
      }
    },
  };
}
