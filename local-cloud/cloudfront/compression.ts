import { Readable } from 'node:stream';
import { constants, createBrotliCompress, createGzip } from 'node:zlib';
import type { Answer } from './messages.ts';
import type { CachePolicy } from './policies.ts';

const MIN_BYTES = 1000;
const MAX_BYTES = 10_000_000;

/** The main types of the list of what CloudFront compresses; `text/event-stream` is not on it. */
const COMPRESSIBLE =
  /^(application\/(dash\+xml|eot|font|font-sfnt|javascript|json|opentype|otf|pdf|pkcs7-mime|protobuf|rss\+xml|truetype|ttf|vnd\.apple\.mpegurl|vnd\.mapbox-vector-tile|vnd\.ms-fontobject|wasm|x-font-opentype|x-font-truetype|x-font-ttf|x-httpd-cgi|x-javascript|x-mpegurl|x-opentype|x-otf|x-perl|x-ttf|xhtml\+xml|xml|xml\+rss)|font\/(eot|opentype|otf|ttf)|image\/svg\+xml|text\/(css|csv|html|javascript|js|markdown|plain|richtext|tab-separated-values|xml|x-component|x-java-source|x-script))$/i;

/**
 * The answer compressed as CloudFront would, or as it is. A length is needed, so whatever streams without one (an event
 * stream above all) passes through untouched.
 */
export function compressed(answer: Answer, accepted: string, policy: CachePolicy): Answer {
  const { status, headers, body } = answer;
  const length = Number(headers['content-length']?.[0] ?? Number.NaN);
  const type = headers['content-type']?.[0]?.split(';')[0]?.trim() ?? '';
  const fits = length >= MIN_BYTES && length <= MAX_BYTES;
  if (body === undefined || !fits || ![200, 403, 404].includes(status)) return answer;
  if (headers['content-encoding'] !== undefined || !COMPRESSIBLE.test(type)) return answer;
  const encoding = chosenEncoding(accepted, policy);
  if (encoding === undefined) return answer;
  const { 'content-length': _length, etag, ...rest } = headers;
  const source = Buffer.isBuffer(body) ? Readable.from([body]) : body;
  const encoder =
    encoding === 'br' ? createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }) : createGzip();
  source.once('error', (error) => encoder.destroy(error));
  return {
    ...answer,
    headers: {
      ...rest,
      ...(etag !== undefined && { etag: etag.map((tag) => (tag.startsWith('W/') ? tag : `W/${tag}`)) }),
      'content-encoding': [encoding],
      vary: [...(headers['vary'] ?? []), 'Accept-Encoding'],
    },
    body: source.pipe(encoder),
  };
}

function chosenEncoding(accepted: string, policy: CachePolicy): 'br' | 'gzip' | undefined {
  const offered = acceptedEncodings(accepted);
  if (policy.brotli && offered.includes('br')) return 'br';
  return policy.gzip && offered.includes('gzip') ? 'gzip' : undefined;
}

/** The encodings a viewer accepts, those refused with `q=0` left out. */
export function acceptedEncodings(header: string): string[] {
  const offers = header.toLowerCase().split(',');
  return offers.filter((offer) => !/;\s*q=0(\.0*)?\s*$/.test(offer)).map((offer) => offer.split(';')[0]?.trim() ?? '');
}
