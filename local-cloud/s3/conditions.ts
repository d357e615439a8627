import type { IncomingHttpHeaders } from 'node:http';
import type { Precondition, StoredObject } from './object-store.ts';
import { noSuchKey, notImplemented, preconditionFailed, S3Error } from './s3-error.ts';

export type ReadConditions = {
  ifMatch?: string | undefined;
  ifNoneMatch?: string | undefined;
  ifModifiedSince?: string | undefined;
  ifUnmodifiedSince?: string | undefined;
};

export function readConditions(headers: IncomingHttpHeaders): ReadConditions {
  return {
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
  };
}

/** HTTP's order: a tag that is given decides, and its date is not looked at. Throws when the object must not be sent. */
export function isNotModified(object: StoredObject, conditions: ReadConditions): boolean {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matches(object, ifMatch)) throw preconditionFailed('If-Match');
  } else if (ifUnmodifiedSince !== undefined && isModifiedSince(object, ifUnmodifiedSince) === true)
    throw preconditionFailed('If-Unmodified-Since');
  if (ifNoneMatch !== undefined) return matches(object, ifNoneMatch);
  return ifModifiedSince !== undefined && isModifiedSince(object, ifModifiedSince) === false;
}

/** The same conditions on the source of a copy, where "not modified" is a failure too. */
export function checkCopySource(object: StoredObject, headers: IncomingHttpHeaders): void {
  const condition = (name: string): string | undefined => headers[`x-amz-copy-source-${name}`]?.toString();
  const notModified = isNotModified(object, {
    ifMatch: condition('if-match'),
    ifNoneMatch: condition('if-none-match'),
    ifModifiedSince: condition('if-modified-since'),
    ifUnmodifiedSince: condition('if-unmodified-since'),
  });
  if (notModified) throw preconditionFailed('x-amz-copy-source-If-None-Match');
}

/** `If-None-Match: *` and `If-Match` on a write, checked in the instant of the commit. */
export function writePrecondition(headers: IncomingHttpHeaders, key: string): Precondition {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = headers;
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') throw notImplemented('If-None-Match with an ETag on a write');
  return (current) => {
    if (ifNoneMatch !== undefined && current !== undefined) throw preconditionFailed('If-None-Match');
    if (ifMatch === undefined) return;
    if (current === undefined) throw noSuchKey(key);
    if (!matches(current, ifMatch)) throw preconditionFailed('If-Match');
  };
}

export type Range = { start: number; end: number };

/** The bytes asked for, end included; undefined for the whole object, as S3 reads a range it cannot parse. */
export function parseRange(object: StoredObject, range: string | undefined, ifRange?: string): Range | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined;
  if (ifRange !== undefined && !matches(object, ifRange) && isModifiedSince(object, ifRange) !== false)
    return undefined;
  const start = first === '' ? Math.max(object.size - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? object.size - 1 : Math.min(Number(last), object.size - 1);
  if (start > end)
    throw new S3Error('InvalidRange', 416, 'The requested range is not satisfiable', {
      RangeRequested: range ?? '',
      ActualObjectSize: String(object.size),
    });
  return { start, end };
}

function matches(object: StoredObject, tags: string): boolean {
  return tags
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, '').replaceAll('"', ''))
    .some((tag) => tag === '*' || tag === object.etag);
}

/** Undefined when the date cannot be read: HTTP then ignores the condition. HTTP dates have whole seconds. */
function isModifiedSince(object: StoredObject, date: string): boolean | undefined {
  const since = Date.parse(date);
  if (Number.isNaN(since)) return undefined;
  return Math.floor(Date.parse(object.lastModified) / 1000) * 1000 > since;
}
