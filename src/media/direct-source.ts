import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { DownloadFailureCode } from '../../contract/download-failure.ts';
import { guardedGet } from './guarded-fetch.ts';
import type { Media } from './media.ts';
import { extensionOf, titleOf } from './media-name.ts';
import { SourceFailed } from './source-failed.ts';

const HEADERS = { 'user-agent': 'FastTrack/1', accept: '*/*', 'accept-encoding': 'identity' };

/** A page or an API's answer where media was asked for: most often an error with status 200. */
const PAGE_TYPE = /^(text\/html|application\/xhtml\+xml|application\/json|application\/.+\+json|text\/json)$/;
const PAGE_EXTENSION = /\.(html?|xhtml|json|geojson|jsonld|webmanifest)$/i;

/** Opens any http(s) URL that answers with media. The one request made is the one whose body is then read. */
export async function openDirect(
  url: string,
  { dispatcher, signal }: { dispatcher: Dispatcher; signal: AbortSignal },
): Promise<Media> {
  const { response, url: finalUrl } = await guardedGet(url, { dispatcher, signal, headers: HEADERS });
  try {
    refuseUnlessMedia(response, [new URL(url), finalUrl]);
  } catch (error) {
    response.body.on('error', () => undefined).destroy();
    throw error;
  }
  const { headers } = response;
  const contentType = contentTypeOf(headers);
  const title = titleOf(header(headers, 'content-disposition'), finalUrl);
  const etag = header(headers, 'etag');
  const lastModified = header(headers, 'last-modified');
  return {
    title,
    contentType,
    extension: extensionOf(title, contentType),
    length: lengthOf(headers),
    thumbnail: null,
    validators: { ...(etag !== undefined && { etag }), ...(lastModified !== undefined && { lastModified }) },
    body: bodyOf(response.body, signal),
    finalUrl: finalUrl.href,
  };
}

type Headers = Dispatcher.ResponseData['headers'];

function refuseUnlessMedia({ statusCode, headers }: Dispatcher.ResponseData, urls: URL[]): void {
  if (statusCode === 204 || (statusCode === 200 && lengthOf(headers) === 0)) {
    throw new SourceFailed('source_empty', `HTTP ${statusCode} without a body`);
  }
  if (statusCode !== 200) throw new SourceFailed(failureOf(statusCode), `HTTP ${statusCode}`);
  const encoding = header(headers, 'content-encoding') ?? 'identity';
  // It was asked for the bytes as they are; stored compressed they would be no media.
  if (encoding !== 'identity') throw new SourceFailed('source_unavailable', `content-encoding ${encoding}`);
  const contentType = contentTypeOf(headers);
  const pageAskedFor = urls.some((url) => PAGE_EXTENSION.test(url.pathname));
  if (contentType !== null && PAGE_TYPE.test(contentType) && !pageAskedFor) {
    throw new SourceFailed('source_not_media', contentType);
  }
}

function failureOf(status: number): DownloadFailureCode {
  if (status === 404 || status === 410) return 'source_not_found';
  if (status === 401 || status === 403 || status === 451) return 'source_refused';
  return status === 429 ? 'source_rate_limited' : 'source_unavailable';
}

function header(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function contentTypeOf(headers: Headers): string | null {
  return header(headers, 'content-type')?.split(';')[0]?.trim().toLowerCase() || null;
}

function lengthOf(headers: Headers): number | null {
  const length = Number(header(headers, 'content-length') ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : null;
}

/** The same bytes, failing in the words of this house. Destroying it closes the connection at once, read or not. */
function bodyOf(raw: Readable, signal: AbortSignal): Readable {
  const body = new Readable({
    read: () => raw.resume(),
    destroy: (error, done) => {
      raw.destroy();
      done(error);
    },
  });
  // It may fail before anybody reads it; whoever reads it then still meets the error.
  body.on('error', () => undefined);
  raw.on('data', (chunk: Buffer) => body.push(chunk) || raw.pause());
  raw.once('end', () => body.push(null));
  raw.on('error', (error) => body.destroy(signal.aborted ? reasonOf(signal) : interrupted(error)));
  raw.pause();
  return body;
}

function interrupted(cause: Error): SourceFailed {
  return new SourceFailed('source_interrupted', cause.message, { cause });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
