import { type ObjectUpload, objectUpload } from './object-upload.ts';

type UploadOptions = Parameters<typeof objectUpload>[0] & {
  /** Awaited before the first part is sent: whoever knows the id can free what a killed process leaves behind. */
  onUploadCreated: (uploadId: string) => Promise<void>;
  /** Parts that could not be taken back stay until the bucket's lifecycle rule removes them. */
  onLeftBehind: (error: unknown) => void;
};

export type HeadLastUpload = Omit<ObjectUpload, 'write'> & {
  /** Takes the bytes over: the next ones of the object, or others in place of some of its first part. */
  write(chunk: Uint8Array, position: number): Promise<void>;
};

/** Writes one object of which the first part may change until the end: it is kept back and sent last, S3 takes parts in any order. */
export function headLastUpload({ onUploadCreated, onLeftBehind, ...options }: UploadOptions): HeadLastUpload {
  const { bucket, key, partBytes, signal } = options;
  const head = Buffer.allocUnsafeSlow(partBytes);
  let end = 0;

  const afterHead: UploadOptions['bucket'] = {
    ...bucket,

    async createUpload(object) {
      const uploadId = await bucket.createUpload(object);
      await onUploadCreated(uploadId).catch(async (error: unknown) => {
        // Nobody else may know of it.
        await bucket.abortUpload({ key, uploadId }).catch(onLeftBehind);
        throw error;
      });
      return uploadId;
    },

    uploadPart: (part) => bucket.uploadPart({ ...part, number: part.number + 1 }),

    async completeUpload({ parts, ...to }) {
      const first = await bucket.uploadPart({ ...to, number: 1, body: head, signal });
      await bucket.completeUpload({ ...to, parts: [first, ...parts] });
    },

    putObject: ({ body, ...object }) =>
      bucket.putObject({ ...object, body: Buffer.concat([head.subarray(0, Math.min(end, partBytes)), body]) }),
  };
  const rest = objectUpload({ ...options, bucket: afterHead });

  return {
    ...rest,

    async write(chunk, position) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      const inHead = position < partBytes ? bytes.copy(head, position) : 0;
      if (position === end) {
        end += bytes.length;
        await rest.write(bytes.subarray(inHead));
      } else if (position > end || inHead < bytes.length) {
        throw new RangeError(`${bytes.length} bytes at ${position} of ${end}, the first part being ${partBytes}`);
      }
    },
  };
}
