import type { Readable } from 'node:stream';

/** A source's answer: what is known of the media before its bytes, and the bytes. */
export type Media = {
  title: string;
  /** Without parameters, in lower case. */
  contentType: string | null;
  /** `mp4`, `m4a`…: what people call its format. */
  extension: string | null;
  length: number | null;
  thumbnail: null;
  /** Whether the same URL still has the same bytes. */
  validators: { etag?: string; lastModified?: string };
  /** Whoever opened the media reads it to its end or destroys it. It fails with `SourceFailed` alone, or with the abort's reason. */
  body: Readable;
  /** After redirects. */
  finalUrl: string;
};
