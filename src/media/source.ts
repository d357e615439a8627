import type { Quality } from '../../contract/download.ts';
import type { Inspection } from '../../contract/inspection.ts';

/** What tells whether the same URL still has the same bytes. */
export type Validators = { etag?: string; lastModified?: string };

/** One stream of bytes at a source: a whole file, or only its picture or its sound. */
export type Track = {
  kind: 'whole' | 'video' | 'audio';
  url: string;
  /** To be sent with every request for its bytes. */
  headers: Record<string, string>;
  length: number | null;
  /** Whether parts of it can be asked for; null when only the first request can tell. */
  ranges: boolean | null;
  validators: Validators;
  contentType: string | null;
  /** `mp4`, `m4a`…: what people call its format. */
  extension: string | null;
};

/** What a source offers for one URL and quality: one track, or picture and sound to be merged. */
export type Resolved = {
  title: string;
  thumbnail: string | null;
  /** Seconds. */
  duration: number | null;
  /** What was chosen, in words: `720p mp4`. */
  chosen: string | null;
  /** Of the file that will be stored. */
  contentType: string | null;
  extension: string | null;
  tracks: [Track] | [video: Track, audio: Track];
};

/** One way to get at media. Throws SourceFailed: final; or SourceBroken: another source may know better. */
export type Source = {
  name: string;
  handles(url: URL): boolean;
  resolve(url: URL, quality: Quality, signal: AbortSignal): Promise<Resolved>;
  /** What `resolve` could choose from. */
  inspect(url: URL, signal: AbortSignal): Promise<Omit<Inspection, 'source'>>;
};
