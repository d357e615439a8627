import type { MediaBucket } from '../aws/bucket.ts';
import { copyIntoMp4, type Position } from './merge-copy.ts';
import { mediaInput } from './merge-input.ts';
import { headLastUpload } from './merge-upload.ts';
import { partSizeFor } from './part-plan.ts';

const PART_BYTES = 8 * 1024 * 1024;

type StagedTrack = { key: string; bytes: number };

type MergeOptions = {
  video: StagedTrack;
  audio: StagedTrack;
  into: { key: string; contentType: string | null };
  partBytes?: number;
  /** Awaited before the first part is sent: whoever knows the id can free what a killed process leaves behind. */
  onUploadCreated: (uploadId: string) => Promise<void>;
  /** From 0 to 1, never less than the last time; 1 when the object exists. Called for every packet. */
  onProgress: (fraction: number) => void;
  /** Parts that could not be taken back stay until the bucket's lifecycle rule removes them. */
  onLeftBehind: (error: unknown) => void;
  signal: AbortSignal;
};

/**
 * Puts two stored tracks together as one MP4 in the same bucket, whole or not at all, in bounded memory. Fails with
 * `merge_failed` when the tracks do not let themselves be merged, with the abort's reason, or with the storage's own
 * error. The tracks stay: a run that died is repeated from them, so they are deleted only when the merged object is on
 * record.
 */
export async function mergeTracks(
  bucket: MediaBucket,
  { video, audio, into, partBytes = PART_BYTES, onUploadCreated, onProgress, onLeftBehind, signal }: MergeOptions,
): Promise<{ bytes: number }> {
  const upload = headLastUpload({
    bucket,
    ...into,
    // The index adds about one per cent.
    partBytes: partSizeFor((video.bytes + audio.bytes) * 1.1, partBytes),
    concurrency: 4,
    onUploadCreated,
    onLeftBehind,
    signal,
  });
  const storage = new AbortController();
  const stopped = AbortSignal.any([upload.stopped, storage.signal]);
  const inputs = { video: staged(video), audio: staged(audio) };
  let bytes = 0;

  function staged({ key, bytes }: StagedTrack) {
    return mediaInput({ bytes, fetch: (start, end) => bucket.getRange(key, start, end, stopped).catch(fail) });
  }

  function fail(error: unknown): never {
    storage.abort(error);
    throw error;
  }

  async function write(chunk: Uint8Array, position: number): Promise<void> {
    if (stopped.aborted) return;
    bytes = Math.max(bytes, position + chunk.length);
    await upload.write(chunk, position).catch((error: unknown) => storage.abort(error));
  }

  try {
    const onPosition = (position: Position) => onProgress(fraction(position, video.bytes + audio.bytes));
    await copyIntoMp4(inputs, { write, onPosition, signal: stopped });
    stopped.throwIfAborted();
    await upload.finish();
  } catch (error) {
    // Once the storage failed or the run was aborted, whatever else went wrong followed from it.
    const cause: unknown = stopped.aborted ? stopped.reason : error;
    await upload.abandon().catch(onLeftBehind);
    throw cause;
  } finally {
    inputs.video.dispose();
    inputs.audio.dispose();
  }
  onProgress(1);
  return { bytes };
}

/** By the media's clock; by bytes where no header tells its end. */
function fraction({ bytes, seconds, duration }: Position, total: number): number {
  const copied = duration === null || duration <= 0 ? bytes / total : seconds / duration;
  return Math.min(1, Math.max(0, copied));
}
