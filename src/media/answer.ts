import type { Dispatcher } from 'undici';
import type { DownloadFailureCode } from '../../contract/download-failure.ts';
import { SourceFailed } from './source-failed.ts';
import type { Validators } from './source.ts';

type Headers = Dispatcher.ResponseData['headers'];

/** For bytes as they are: stored compressed they would be no media. */
export const MEDIA_REQUEST_HEADERS = { 'user-agent': 'FastTrack/1', accept: '*/*', 'accept-encoding': 'identity' };

/** A page or an API's answer where media was asked for: most often an error with status 200. */
const PAGE_TYPE = /^(text\/html|application\/xhtml\+xml|application\/json|application\/.+\+json|text\/json)$/;
const PAGE_EXTENSION = /\.(html?|xhtml|json|geojson|jsonld|webmanifest)$/i;

/** Throws SourceFailed when a successful answer is a page, though none of the URLs asks for one, or came compressed. */
export function refuseUnlessMedia(headers: Headers, urls: URL[]): void {
  const encoding = header(headers, 'content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw new SourceFailed('source_unavailable', `content-encoding ${encoding}`);
  const contentType = contentTypeOf(headers);
  const pageAskedFor = urls.some((url) => PAGE_EXTENSION.test(url.pathname));
  if (contentType !== null && PAGE_TYPE.test(contentType) && !pageAskedFor) {
    throw new SourceFailed('source_not_media', contentType);
  }
}

export function failureOf(status: number): DownloadFailureCode {
  if (status === 404 || status === 410) return 'source_not_found';
  if (status === 401 || status === 403 || status === 451) return 'source_refused';
  return status === 429 ? 'source_rate_limited' : 'source_unavailable';
}

export function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Without parameters, in lower case. */
export function contentTypeOf(headers: Headers): string | null {
  return header(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() || null;
}

export function lengthOf(headers: Headers): number | null {
  const length = Number(header(headers, 'content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : null;
}

export function validatorsOf(headers: Headers): Validators {
  const etag = header(headers, 'etag');
  const lastModified = header(headers, 'last-modified');
  return { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) };
}
