import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { objectUpload, type UploadBucket } from './object-upload.ts';
import { partSizeFor } from './part-plan.ts';
import { SourceFailed } from './source-failed.ts';

/** What came with the answer, and its bytes. The body fails with `SourceFailed` alone, or with the abort's reason. */
export type StreamedMedia = { contentType: string | null; length: number | null; body: Readable };

type TransferOptions = {
  maxBytes: number;
  partBytes: number;
  concurrency?: number;
  /**
   * Bytes read from the source so far: never fewer than the last time, at most `concurrency` parts ahead of what S3 has
   * stored. Called for every chunk.
   */
  onProgress: (bytes: number) => void;
  /** Parts that could not be taken back stay until the bucket's lifecycle rule removes them. */
  onLeftBehind: (error: unknown) => void;
  signal: AbortSignal;
};

/**
 * Moves one stream into the bucket, whole or not at all, in constant memory. Fails with `SourceFailed` when the source is
 * to blame, with the abort's reason, or with the storage's own error.
 */
export async function transfer(
  bucket: UploadBucket,
  key: string,
  media: StreamedMedia,
  options: TransferOptions,
): Promise<{ bytes: number }> {
  const { maxBytes, onProgress, concurrency = 4 } = options;
  const upload = objectUpload({
    bucket,
    key,
    contentType: media.contentType,
    // Without a length the limit is the best guess: it keeps the same promise about the number of parts.
    partBytes: partSizeFor(media.length ?? maxBytes, options.partBytes),
    concurrency,
    signal: options.signal,
  });
  let bytes = 0;
  try {
    refuseTooLarge(media.length ?? 0, maxBytes);
    await pipeline(
      media.body,
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          bytes += chunk.length;
          refuseTooLarge(bytes, maxBytes);
          await upload.write(chunk);
          onProgress(bytes);
        }
      },
      { signal: upload.stopped },
    );
    refuseUnlessWhole(bytes, media.length);
    await upload.finish();
    return { bytes };
  } catch (error) {
    // A stopped pipeline says only that it was aborted.
    const cause: unknown = upload.stopped.aborted ? upload.stopped.reason : error;
    media.body.destroy();
    await upload.abandon().catch(options.onLeftBehind);
    throw cause;
  }
}

export function refuseTooLarge(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new SourceFailed('too_large', `${bytes} of at most ${maxBytes} bytes`);
}

function refuseUnlessWhole(bytes: number, length: number | null): void {
  if (bytes === 0) throw new SourceFailed('source_empty', 'no bytes');
  if (length !== null && bytes !== length) {
    throw new SourceFailed('source_interrupted', `${bytes} bytes instead of ${length}`);
  }
}
