import { setMaxListeners } from 'node:events';
import type { Dispatcher } from 'undici';
import type { MediaBucket } from '../aws/bucket.ts';
import { connections } from './connections.ts';
import { OutOfTime } from '../keep-hold.ts';
import { BeginAnew } from './interruptions.ts';
import { mediaBody } from './media-body.ts';
import { moveParts } from './move-parts.ts';
import { firstPiece, type Part, partSizeFor, partsOf, PIECE_BYTES } from './part-plan.ts';
import { type Opened, rangedSource } from './ranged-source.ts';
import { PATIENT, type RetryLimits, retries } from './retries.ts';
import { SourceFailed } from './source-failed.ts';
import type { Track } from './source.ts';
import type { StoredUpload } from './stored-upload.ts';
import { refuseTooLarge, transfer } from './transfer.ts';
import { type UnfinishedObject, unfinishedObject } from './unfinished-object.ts';
import { agree } from './validators.ts';

export type EngineSettings = {
  dispatcher: Dispatcher;
  maxBytes: number;
  /** S3 takes no part but the last below 5 MiB. */
  partBytes: number;
  /** Requests side by side, and as many as there may be while more make it faster. */
  connections: number;
  mostConnections: number;
  retries?: RetryLimits;
  /** Parts that could not be taken back stay until the bucket's lifecycle rule removes them. */
  onLeftBehind: (error: unknown) => void;
};

export type FetchOptions = {
  /** Asks the source again, when the address in hand has expired. */
  refresh: () => Promise<Track>;
  /** Awaited before the first part is stored, so that another run can go on with the upload. */
  onUploadCreated: (upload: StoredUpload) => Promise<void>;
  /** Bytes of the file so far, those of runs before included: never fewer than the last time. Called for every chunk. */
  onProgress: (bytes: number) => void;
  /** Awaited when all parts are stored, before the object is made of them; throws when this run may not do that. */
  beforeComplete: () => Promise<void>;
  /** Aborted: stop soon. What is under way is finished, no part is begun. */
  closing: AbortSignal;
  /** Aborted: stop now. */
  signal: AbortSignal;
};

type Into = { bucket: MediaBucket; key: string; upload: StoredUpload | null };
type Fetched = { bytes: number };

/**
 * Fetches a track into the bucket by ranges side by side, or in one stream where the origin knows no ranges; goes on with the
 * upload it is given. Memory is bounded by the connections, whatever the file's size. Fails with `SourceFailed` when the source
 * is to blame, `BeginAnew`, `OutOfTime`, the abort's reason or the storage's own error; the parts that are stored then stay.
 */
export async function fetchTrack(track: Track, into: Into, options: EngineSettings & FetchOptions): Promise<Fetched> {
  const { bucket, key } = into;
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal]);
  // Each request listens; many of them are no leak.
  setMaxListeners(0, signal);
  const lanes = connections({ usual: options.connections, most: options.mostConnections });
  let bytes = 0;
  const source = rangedSource(track, {
    dispatcher: options.dispatcher,
    refresh: options.refresh,
    retries: retries(options.retries ?? PATIENT, signal),
    connections: lanes,
    onBytes(count) {
      bytes += count;
      lanes.arrived(count);
      options.onProgress(bytes);
    },
    signal,
  });

  async function begin(): Promise<Fetched> {
    const first = await source.open(
      track.ranges === false ? null : firstPiece({ from: 0, to: track.length ?? PIECE_BYTES }),
    );
    const { length } = first;
    if (first.kind === 'whole') return stream(first);
    if (length === null) {
      first.body.on('error', () => undefined).destroy();
      return stream(await source.open(null));
    }
    refuseTooLarge(length, options.maxBytes);
    return length <= options.partBytes ? put(length, first) : upload(length, first);
  }

  async function put(length: number, first: Opened): Promise<Fetched> {
    const body = Buffer.allocUnsafeSlow(length);
    await source.fetchPiece({ from: 0, to: length }, body, first);
    await bucket.putObject({ key, body, contentType: track.contentType });
    return { bytes: length };
  }

  async function upload(length: number, first: Opened): Promise<Fetched> {
    const created: StoredUpload = {
      upload_id: await bucket.createUpload({ key, contentType: track.contentType }),
      part_bytes: partSizeFor(length, options.partBytes),
      length,
      validators: { ...first.validators, ...track.validators },
    };
    await options.onUploadCreated(created).catch(async (error: unknown) => {
      // Nobody else may know of it; and should it be on record after all, its absence will be understood.
      await bucket.abortUpload({ key, uploadId: created.upload_id }).catch(options.onLeftBehind);
      throw error;
    });
    const object = unfinishedObject(bucket, key, created);
    await move(object, partsOf(length, created.part_bytes), created, first);
    return finish(object, length);
  }

  async function goOn(begun: StoredUpload): Promise<Fetched> {
    refuseOther(begun, track);
    const object = unfinishedObject(bucket, key, begun);
    const missing = await object.missing();
    bytes = begun.length - missing.reduce((sum, { from, to }) => sum + to - from, 0);
    options.onProgress(bytes);
    const [next] = missing;
    if (next !== undefined) {
      const first = await source.open(firstPiece(next));
      if (first.kind === 'whole' || first.length === null) throw new BeginAnew('the origin knows no ranges any more');
      await move(object, missing, begun, first);
    }
    return finish(object, begun.length);
  }

  async function move(
    object: UnfinishedObject,
    parts: Part[],
    { part_bytes }: StoredUpload,
    first: Opened,
  ): Promise<void> {
    const stop = (reason: unknown) => over.abort(reason);
    const { closing } = options;
    await moveParts({ source, object, parts, partBytes: part_bytes, first, connections: lanes, closing, signal, stop });
  }

  async function finish(object: UnfinishedObject, length: number): Promise<Fetched> {
    await options.beforeComplete();
    await object.complete();
    return { bytes: length };
  }

  /** An origin without ranges gives everything in one go, and nothing that is stored of it can be gone on with. */
  async function stream({ body, length, contentType }: Opened): Promise<Fetched> {
    const media = { body: mediaBody(body, signal), length: length ?? track.length, contentType };
    try {
      return await transfer(bucket, key, media, { ...options, signal });
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error;
      throw new SourceFailed('source_not_resumable', 'one stream, longer than one run', { cause: error });
    }
  }

  try {
    return await (into.upload === null ? begin() : goOn(into.upload));
  } catch (error) {
    // What stopped everything says more than the broken pipe it caused.
    throw signal.aborted && !(error instanceof SourceFailed) ? signal.reason : error;
  } finally {
    over.abort(new Error('the fetch is over'));
  }
}

function refuseOther(begun: StoredUpload, { length, validators }: Track): void {
  const sameLength = length === null || length === begun.length;
  if (!sameLength || !agree(begun.validators, validators)) throw new BeginAnew('the source has another file now');
}
