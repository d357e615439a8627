import type { MediaBucket, StoredPart } from '../aws/bucket.ts';

export type UploadBucket = Pick<
  MediaBucket,
  'putObject' | 'createUpload' | 'uploadPart' | 'completeUpload' | 'abortUpload'
>;

type UploadOptions = {
  bucket: UploadBucket;
  key: string;
  contentType: string | null;
  partBytes: number;
  /** Parts in memory at once: those on their way and the one being filled. */
  concurrency: number;
  signal: AbortSignal;
};

export type ObjectUpload = {
  /** Takes the bytes over; resolves when there is room for more. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves when the object exists, whole. */
  finish(): Promise<void>;
  /** Stops what is on its way and makes S3 forget the parts it has. */
  abandon(): Promise<void>;
  /** Aborted as soon as the upload cannot succeed: by its caller, or because a part could not be stored. */
  stopped: AbortSignal;
};

/** Writes one object front to back, its parts travelling side by side; one that fits into a part is put by one request. */
export function objectUpload(options: UploadOptions): ObjectUpload {
  const { bucket, key, contentType, partBytes, concurrency } = options;
  const failure = new AbortController();
  const stopped = AbortSignal.any([options.signal, failure.signal]);
  const sending = new Map<number, Promise<void>>();
  const spare: Buffer[] = [];
  const stored: StoredPart[] = [];
  let uploadId: string | undefined;
  let parts = 0;
  let current: Buffer = Buffer.allocUnsafeSlow(partBytes);
  let filled = 0;

  async function begin(): Promise<string> {
    // Never aborted: an upload whose id nobody learnt could not be freed.
    uploadId = await bucket.createUpload({ key, contentType });
    return uploadId;
  }

  async function sendPart(): Promise<void> {
    const to = { key, uploadId: uploadId ?? (await begin()) };
    parts += 1;
    sending.set(parts, store({ ...to, number: parts, body: current.subarray(0, filled) }, current));
    if (sending.size === concurrency) await Promise.race(sending.values());
    stopped.throwIfAborted();
    current = spare.pop() ?? Buffer.allocUnsafeSlow(partBytes);
    filled = 0;
  }

  /** Never rejects: a part that could not be stored stops the whole upload. */
  async function store(part: { key: string; uploadId: string; number: number; body: Buffer }, buffer: Buffer) {
    try {
      stored.push(await bucket.uploadPart({ ...part, signal: stopped }));
      spare.push(buffer);
    } catch (error) {
      failure.abort(error);
    } finally {
      sending.delete(part.number);
    }
  }

  return {
    stopped,

    async write(chunk) {
      for (let taken = 0; taken < chunk.length;) {
        if (filled === partBytes) await sendPart();
        const copied = chunk.copy(current, filled, taken);
        filled += copied;
        taken += copied;
      }
    },

    async finish() {
      stopped.throwIfAborted();
      if (uploadId === undefined) {
        await bucket.putObject({ key, body: current.subarray(0, filled), contentType });
        return;
      }
      await sendPart();
      await Promise.all(sending.values());
      stopped.throwIfAborted();
      await bucket.completeUpload({ key, uploadId, parts: stored.sort((a, b) => a.number - b.number) });
    },

    async abandon() {
      failure.abort(new Error('abandoned'));
      await Promise.all(sending.values());
      if (uploadId !== undefined) await bucket.abortUpload({ key, uploadId });
    },
  };
}
