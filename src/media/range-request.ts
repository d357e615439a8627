import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { contentTypeOf, failureOf, header, lengthOf, refuseUnlessMedia, validatorsOf } from './answer.ts';
import { guardedGet } from './guarded-fetch.ts';
import { BeginAnew } from './interruptions.ts';
import type { Range } from './part-plan.ts';
import { MayPass } from './retries.ts';
import { SourceFailed } from './source-failed.ts';
import type { Validators } from './source.ts';
import type { Address } from './track-address.ts';
import { ifRange } from './validators.ts';

/** An origin's answer to a request for a range: that range, or the whole file because it knows no ranges. */
export type RangeAnswer = {
  kind: 'range' | 'whole';
  /** Of the whole file. */
  length: number | null;
  validators: Validators;
  contentType: string | null;
  /** Whoever asked reads it to its end or destroys it. */
  body: Readable;
};

/** The address was refused: for good, or because it has expired. */
export class AddressRefused extends SourceFailed {}

const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);
const EXPIRED = new Set([403, 410]);

type RequestOptions = {
  dispatcher: Dispatcher;
  known: Validators;
  /** What the source promised; a page is refused unless it promised one. */
  contentType: string | null;
  signal: AbortSignal;
};

/**
 * Asks once for a range, or for the whole when it is null. Throws MayPass, AddressRefused, BeginAnew when the file is another now, SourceFailed for what is final,
 * or the abort's reason.
 */
export async function requestRange(
  { url, headers }: Address,
  range: Range | null,
  { dispatcher, known, contentType, signal }: RequestOptions,
): Promise<RangeAnswer> {
  const asked = range === null ? {} : { ...ifRange(known), range: `bytes=${range.from}-${range.to - 1}` };
  const answered = await guardedGet(url, { dispatcher, headers: { ...headers, ...asked }, signal });
  const { statusCode, headers: told, body } = answered.response;
  try {
    if (statusCode !== 206 && statusCode !== 200) throw failureFor(answered.response);
    const type = contentTypeOf(told);
    if (type === null || type !== contentType) refuseUnlessMedia(told, [new URL(url), answered.url]);
    const whole = statusCode === 200;
    const length = whole ? lengthOf(told) : totalOf(header(told, 'content-range'), range);
    return { kind: whole ? 'whole' : 'range', length, validators: validatorsOf(told), contentType: type, body };
  } catch (error) {
    body.on('error', () => undefined).destroy();
    throw error;
  }
}

function failureFor({ statusCode, headers }: Dispatcher.ResponseData): Error {
  const detail = `HTTP ${statusCode}`;
  if (statusCode === 416) {
    if (/^bytes \*\/0$/.test(header(headers, 'content-range') ?? '')) return new SourceFailed('source_empty', detail);
    return new BeginAnew('the file is shorter now');
  }
  if (statusCode === 204) return new SourceFailed('source_empty', detail);
  if (EXPIRED.has(statusCode)) return new AddressRefused('source_refused', detail);
  if (PASSING.has(statusCode)) {
    return new MayPass(failureOf(statusCode), detail, { waitMs: waitOf(header(headers, 'retry-after')) });
  }
  return new SourceFailed(failureOf(statusCode), detail);
}

/** `Retry-After` is a number of seconds or a date. */
function waitOf(retryAfter: string | undefined): number | null {
  if (retryAfter === undefined) return null;
  const milliseconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : null;
}

/** The total a 206 tells, or null for `*`. An answer that is not what was asked for may be right the next time. */
function totalOf(contentRange: string | undefined, range: Range | null): number | null {
  if (range === null) throw new MayPass('source_unavailable', 'a part was sent where the whole was asked for');
  const { from, to } = range;
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? '') ?? [];
  const end = total === undefined || total === '*' ? to : Math.min(to, Number(total));
  if (Number(first) !== from || Number(last) > end - 1 || total === undefined) {
    throw new MayPass('source_unavailable', `asked for ${from}-${to - 1}, got ${contentRange ?? 'no content-range'}`);
  }
  return total === '*' ? null : Number(total);
}
