import type { Dispatcher } from 'undici';
import type { Inspection } from '../../../contract/inspection.ts';
import type { Quality } from '../../../contract/download.ts';
import { MEDIA_REQUEST_HEADERS } from '../answer.ts';
import { cleanName } from '../media-name.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Resolved, Track } from '../source.ts';
import { availableQualities, chooseFormats } from './choose-formats.ts';
import { type Format, inspected } from './format.ts';
import { probe } from './probe.ts';
import { QualityNotAvailable } from './quality-not-available.ts';
import { SourceBroken } from './source-broken.ts';

/** What a site tells of one video. */
export type Listing = {
  title: string;
  thumbnail: string | null;
  /** Seconds. */
  duration: number | null;
  formats: Format[];
};

export function inspectListing({ title, thumbnail, duration, formats }: Listing): Omit<Inspection, 'source'> {
  return { title, thumbnail, duration, qualities: availableQualities(formats), formats: formats.map(inspected) };
}

/**
 * Chooses among the formats and makes sure that the chosen ones can be fetched, by their first byte. Throws
 * QualityNotAvailable; or SourceBroken when the site promises formats that it does not give out.
 */
export async function resolveListing(
  listing: Listing,
  quality: Quality,
  options: { dispatcher: Dispatcher; signal: AbortSignal },
): Promise<Resolved> {
  const choice = chooseFormats(listing.formats, quality);
  if (choice === null) throw new QualityNotAvailable(quality, availableQualities(listing.formats));
  const [first, second] = choice.formats;
  const track = await trackOf(first, options);
  const tracks: Resolved['tracks'] = second === undefined ? [track] : [track, await trackOf(second, options)];
  return {
    title: cleanName(listing.title) || first.id,
    thumbnail: listing.thumbnail,
    duration: listing.duration,
    chosen: choice.chosen,
    contentType: second === undefined ? track.contentType : 'video/mp4',
    extension: second === undefined ? first.container : 'mp4',
    tracks,
  };
}

async function trackOf(format: Format, options: { dispatcher: Dispatcher; signal: AbortSignal }): Promise<Track> {
  const headers = { ...MEDIA_REQUEST_HEADERS, ...format.headers };
  const { url, length, ranges, validators, contentType } = await firstByteOf(format, { ...options, headers });
  const kind = format.videoCodec === null ? 'audio' : format.audioCodec === null ? 'video' : 'whole';
  return {
    kind,
    url,
    headers,
    length: length ?? format.bytes,
    ranges,
    validators,
    contentType: format.contentType ?? contentType,
    extension: format.container,
  };
}

async function firstByteOf(format: Format, options: Parameters<typeof probe>[1]) {
  try {
    return await probe(format.url, options);
  } catch (error) {
    if (!(error instanceof SourceFailed) || !BROKEN_PROMISES.has(error.code)) throw error;
    throw new SourceBroken(`format ${format.id} is not given out: ${error.message}`, { cause: error });
  }
}

const BROKEN_PROMISES: ReadonlySet<string> = new Set([
  'source_refused',
  'source_not_found',
  'source_not_media',
  'source_empty',
]);
