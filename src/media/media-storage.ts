import type { MediaBucket } from '../aws/bucket.ts';
import { log } from '../aws/log.ts';
import { abandonFrom, discardFrom } from './discard.ts';
import { type EngineSettings, fetchTrack, type FetchOptions } from './engine.ts';
import { mergeTracks } from './merge.ts';
import type { Track } from './source.ts';
import type { StoredUpload } from './stored-upload.ts';

type Staged = { key: string; bytes: number };
type Merging = {
  video: Staged;
  audio: Staged;
  into: { key: string; contentType: string | null };
  /** From 0 to 1, never less than the last time. Called for every packet. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
};

/** What can be done to one bucket: tracks fetched into it, merged in it, and all of it deleted again. */
export function mediaStorage(bucket: MediaBucket, settings: Omit<EngineSettings, 'onLeftBehind'>) {
  const onLeftBehind = (error: unknown) => log.warn('parts left to the lifecycle rule', { error });
  return {
    fetchTrack: (track: Track, into: { key: string; upload: StoredUpload | null }, options: FetchOptions) =>
      fetchTrack(track, { bucket, ...into }, { ...settings, onLeftBehind, ...options }),
    merge: (merging: Merging) =>
      mergeTracks(bucket, {
        ...merging,
        // Its key begins with one that the record names: that suffices to find it.
        onUploadCreated: () => Promise.resolve(),
        onLeftBehind,
      }),
    stored: (key: string) => bucket.headObject(key),
    discard: discardFrom(bucket),
    abandon: abandonFrom(bucket),
  };
}
