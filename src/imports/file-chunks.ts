import type { UploadsBucket } from '../aws/uploads-bucket.ts';

/** Two of them are in memory: the one being read, and the one on its way. */
const RANGE_BYTES = 1024 * 1024;

/** The bytes of a file from `start` to `end`, by ranges, the next one fetched while one is read; throws FileMissing, or why it was stopped. */
export async function* fileChunks(
  files: Pick<UploadsBucket, 'range'>,
  { key, etag, start, end }: { key: string; etag: string; start: number; end: number },
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const fetched = (from: number) => {
    const range = files.range(key, { start: from, end: Math.min(end, from + RANGE_BYTES), etag }, signal);
    // Its failure is told when it is waited for.
    range.catch(() => undefined);
    return range;
  };
  let coming = start < end ? fetched(start) : null;
  for (let next = start + RANGE_BYTES; coming !== null; next += RANGE_BYTES) {
    const chunk = await coming.catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    coming = next < end ? fetched(next) : null;
    yield chunk;
  }
}
