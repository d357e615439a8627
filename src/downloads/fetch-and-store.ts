import { randomUUID } from 'node:crypto';
import { log } from '../aws/log.ts';
import type { FetchOptions } from '../media/engine.ts';
import { BeginAnew } from '../media/interruptions.ts';
import { SourceFailed } from '../media/source-failed.ts';
import type { Resolved, Track } from '../media/source.ts';
import type { StoredUpload } from '../media/stored-upload.ts';
import type { Quality } from '../../contract/download.ts';
import type { Attempt, AttemptsTable } from './attempts/table.ts';
import type { Download, StoredTrack } from './download.ts';
import { discardNow, type DiscardDeps } from './dropped-bytes.ts';
import type { Hold } from '../keep-hold.ts';
import { reportProgress } from './report-progress.ts';
import { shareStored, type ShareStoredDeps } from './share-stored.ts';
import { sourceKeyOf } from './source-key.ts';

type StagedTrack = { key: string; bytes: number };
type Tracks = {
  video: StagedTrack;
  audio: StagedTrack;
  into: { key: string; contentType: string | null };
  /** From 0 to 1, never less than the last time. Called for every packet. */
  onProgress: (fraction: number) => void;
  signal: AbortSignal;
};

export type FetchAndStoreDeps = DiscardDeps &
  ShareStoredDeps & {
    attempts: AttemptsTable;
    /** What to download for a URL and quality. Throws SourceFailed. */
    resolve: (url: string, quality: Quality, signal: AbortSignal) => Promise<Resolved>;
    /** Stores the track under the key, going on with an upload where there is one. Throws as the engine says. */
    fetchTrack: (
      track: Track,
      into: { key: string; upload: StoredUpload | null },
      options: FetchOptions,
    ) => Promise<{ bytes: number }>;
    /** Makes one file of two stored tracks, whole or not at all. */
    merge: (tracks: Tracks) => Promise<{ bytes: number }>;
    now: () => Date;
  };

/** How often a source may change under our hands before it is given up. */
const BEGINNINGS = 3;

/** Brings a download from its source into the bucket, going on from what earlier attempts have stored, and completes it. */
export async function fetchAndStore(app: FetchAndStoreDeps, attempt: Attempt, hold: Hold): Promise<void> {
  for (let beginning = 1; ; beginning += 1) {
    try {
      return await fetchOnce(app, attempt, hold);
    } catch (error) {
      if (!(error instanceof BeginAnew)) throw error;
      if (beginning === BEGINNINGS) throw new SourceFailed('source_changed', error.message, { cause: error });
      log.warn('beginning anew', { reason: error.message });
      await discardNow(app, await app.attempts.drop(attempt, app.now()), attempt.inherited);
    }
  }
}

async function fetchOnce(app: FetchAndStoreDeps, attempt: Attempt, hold: Hold): Promise<void> {
  const { id, url, quality, thumbnail } = attempt.download;
  const resolved = await app.resolve(url, quality, hold.signal);
  const title = {
    title: resolved.title,
    file_name: resolved.title,
    thumbnail: resolved.thumbnail ?? thumbnail,
    duration: resolved.duration,
  };
  const source_key = sourceKeyOf(attempt.download, resolved);
  if (await shareStored(app, attempt, title, source_key)) return;
  if (!canGoOn(attempt.download, resolved))
    await discardNow(app, await app.attempts.drop(attempt, app.now()), attempt.inherited);
  const { media_key, tracks, source_key: begunOf } = attempt.download;
  const description = {
    ...title,
    content_type: resolved.contentType,
    format: resolved.extension,
    bytes_total: sum(resolved.tracks.map(({ length }) => length)),
    media_key: media_key ?? `media/${id}/${randomUUID()}`,
    // Parts that were fetched when the source told less, or something else, are no proof of what they are.
    source_key: media_key === null || begunOf === source_key ? source_key : null,
    tracks: media_key === null ? resolved.tracks.map(() => NOTHING_STORED) : tracks,
  };
  await app.attempts.describe(attempt, description, app.now());
  const [whole, audio] = await fetchTracks(app, attempt, resolved, hold);
  const stored = audio === undefined ? whole : await merge(app, attempt, whole, audio, hold.signal);
  await discardNow(app, await app.attempts.complete(attempt, stored, app.now()), attempt.inherited);
}

const NOTHING_STORED: StoredTrack = { upload: null, bytes: null };

/** Whether what is stored are parts of these tracks; whether of this version, the engine sees. */
function canGoOn({ media_key, tracks }: Download, resolved: Resolved): boolean {
  if (media_key === null) return true;
  const some = tracks.some(({ upload, bytes }) => upload !== null || bytes !== null);
  const sameLengths = resolved.tracks.every(({ length }, index) => {
    const whole = tracks[index]?.bytes ?? null;
    return length === null || whole === null || length === whole;
  });
  return some && sameLengths && tracks.length === resolved.tracks.length;
}

type Stored = { media_key: string; bytes: number };

/** The tracks one after the other, each under its own key; a track that is stored already is not asked for again. */
async function fetchTracks(
  app: FetchAndStoreDeps,
  attempt: Attempt,
  resolved: Resolved,
  hold: Hold,
): Promise<[Stored, Stored?]> {
  const { url, quality } = attempt.download;
  const only = resolved.tracks.length === 1;
  const progress = reportProgress({
    write: (bytes_downloaded, pace, at) => app.attempts.progress(attempt, { bytes_downloaded, ...pace }, at),
    total: () => attempt.download.bytes_total,
    now: app.now,
  });
  const signal = AbortSignal.any([hold.signal, progress.lost]);
  let before = 0;

  async function fetchOne(track: Track, index: number): Promise<Stored> {
    const prefix = named(attempt.download.media_key);
    const media_key = only ? prefix : `${prefix}/${track.kind}`;
    const { upload, bytes } = attempt.download.tracks[index] ?? NOTHING_STORED;
    if (bytes !== null) return { media_key, bytes };
    const stored = await app.fetchTrack(
      track,
      { key: media_key, upload },
      {
        refresh: async () => (await app.resolve(url, quality, signal)).tracks[index] ?? track,
        onUploadCreated: (upload) => app.attempts.trackStored(attempt, index, { upload, bytes: null }, app.now()),
        onProgress: (bytes) => progress.report(before + bytes),
        beforeComplete: () => app.attempts.phase(attempt, only ? 'storing' : 'downloading', app.now()),
        closing: hold.closing,
        signal,
      },
    );
    if (!only) {
      const { upload = null } = attempt.download.tracks[index] ?? {};
      await app.attempts.trackStored(attempt, index, { upload, bytes: stored.bytes }, app.now());
    }
    return { media_key, ...stored };
  }

  try {
    const [first, second] = resolved.tracks;
    const whole = await fetchOne(first, 0);
    before = whole.bytes;
    if (second === undefined) return [whole];
    progress.report(before);
    return [whole, await fetchOne(second, 1)];
  } finally {
    // A hold lost while reporting outranks whatever the fetching made of it.
    await progress.stop();
  }
}

/** Each attempt merges under a key of its own: no two merges make the same bytes. */
async function merge(
  app: FetchAndStoreDeps,
  attempt: Attempt,
  video: Stored,
  audio: Stored,
  signal: AbortSignal,
): Promise<Stored> {
  const total = video.bytes + audio.bytes;
  await app.attempts.merging(attempt, total, app.now());
  const { content_type, media_key, bytes_merged: before } = attempt.download;
  const into = { key: `${named(media_key)}/${attempt.token}`, contentType: content_type };
  const tracks = {
    video: { key: video.media_key, bytes: video.bytes },
    audio: { key: audio.media_key, bytes: audio.bytes },
  };
  const progress = reportProgress({
    // A merge begins anew with each attempt; the bar waits until it is further than the one before.
    write: (bytes, pace, at) => app.attempts.progress(attempt, { bytes_merged: Math.max(before, bytes), ...pace }, at),
    total: () => total,
    now: app.now,
  });
  const onProgress = (fraction: number) => progress.report(Math.floor(fraction * total));
  const stopped = AbortSignal.any([signal, progress.lost]);
  try {
    const { bytes } = await app.merge({ ...tracks, into, onProgress, signal: stopped });
    return { media_key: into.key, bytes };
  } finally {
    await progress.stop();
  }
}

function named(mediaKey: string | null): string {
  if (mediaKey === null) throw new Error('bytes without a key');
  return mediaKey;
}

function sum(lengths: (number | null)[]): number | null {
  return lengths.reduce((total, length) => (total === null || length === null ? null : total + length), 0);
}
