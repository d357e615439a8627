import type { Dispatcher } from 'undici';
import {
  contentTypeOf,
  failureOf,
  header,
  lengthOf,
  MEDIA_REQUEST_HEADERS,
  refuseUnlessMedia,
  validatorsOf,
} from '../answer.ts';
import { guardedGet } from '../guarded-fetch.ts';
import { titleOf } from '../media-name.ts';
import { MayPass, type RetryLimits, retries } from '../retries.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Track } from '../source.ts';

export type Probe = Pick<Track, 'length' | 'ranges' | 'validators' | 'contentType'> & {
  /** The name its origin or its URL gives it. */
  title: string;
  /** After redirects. */
  url: string;
};

type ProbeOptions = { dispatcher: Dispatcher; headers?: Record<string, string>; signal: AbortSignal };

/** Somebody may be waiting for the answer: an origin that is busy for longer than a moment is told to be. */
const BRIEF: RetryLimits = { perPiece: 4, perDownload: 4, first: 150, longest: 2_000, longestAsked: 10_000 };
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks for the first byte of the media and learns the rest from the answer's headers. Throws SourceFailed, or the abort's
 * reason.
 */
export async function probe(url: string, options: ProbeOptions): Promise<Probe> {
  const tries = retries(BRIEF, options.signal).ofPiece();
  for (;;) {
    try {
      return await firstByte(url, options);
    } catch (error) {
      if (!(error instanceof MayPass)) throw error;
      await tries.after(error, 0);
    }
  }
}

async function firstByte(url: string, { dispatcher, headers = {}, signal }: ProbeOptions): Promise<Probe> {
  const { response, url: finalUrl } = await guardedGet(url, {
    dispatcher,
    signal,
    headers: { ...MEDIA_REQUEST_HEADERS, ...headers, range: 'bytes=0-0' },
  });
  // An origin without ranges is already sending the whole file.
  response.body.on('error', () => undefined).destroy();
  const size = sizeOf(response);
  if (size.length === 0) throw new SourceFailed('source_empty', `HTTP ${response.statusCode}, 0 bytes`);
  refuseUnlessMedia(response.headers, [new URL(url), finalUrl]);
  return {
    ...size,
    validators: validatorsOf(response.headers),
    contentType: contentTypeOf(response.headers),
    title: titleOf(header(response.headers, 'content-disposition'), finalUrl),
    url: finalUrl.href,
  };
}

function sizeOf({ statusCode, headers }: Dispatcher.ResponseData): Pick<Probe, 'length' | 'ranges'> {
  const [, range, total] = /^bytes (0-0|\*)\/(\d+|\*)$/.exec(header(headers, 'content-range') ?? '') ?? [];
  // No first byte to give: the file is empty.
  if (statusCode === 204 || (statusCode === 416 && total === '0')) return { length: 0, ranges: false };
  if (statusCode === 200) return { length: lengthOf(headers), ranges: false };
  if (statusCode === 206 && range === '0-0') return { length: total === '*' ? null : Number(total), ranges: true };
  const detail = `HTTP ${statusCode} ${header(headers, 'content-range') ?? ''}`.trim();
  if (!PASSING.has(statusCode)) throw new SourceFailed(failureOf(statusCode), detail);
  const seconds = Number(header(headers, 'retry-after') ?? Number.NaN);
  throw new MayPass(failureOf(statusCode), detail, { waitMs: Number.isFinite(seconds) ? seconds * 1_000 : null });
}
