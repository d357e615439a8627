import type { Readable } from 'node:stream';
import type { Bucket } from './bucket.ts';
import { isNotModified, parseRange, type Range, type ReadConditions } from './conditions.ts';
import type { StoredObject } from './object-store.ts';
import { checksumHeaders, commonHeaders, objectHeaders } from './object-headers.ts';
import { invalidRequest, S3Error } from './s3-error.ts';

export type ReadRequest = ReadConditions & {
  range?: string | undefined;
  ifRange?: string | undefined;
  partNumber?: number | undefined;
  withChecksum?: boolean;
  withBody: boolean;
};

export type ReadAnswer = { status: number; headers: Record<string, string>; body?: Readable };

/**
 * Answers a GET or HEAD of an object: 200, 206 or 304; throws S3's 412 and 416.
 * It does so at once, so that the bytes are those of the metadata even if the object is replaced the next moment.
 */
export function readObject(bucket: Bucket, object: StoredObject, request: ReadRequest): ReadAnswer {
  if (isNotModified(object, request)) return { status: 304, headers: commonHeaders(object) };
  const range =
    request.partNumber === undefined
      ? parseRange(object, request.range, request.ifRange)
      : partRange(object, request.partNumber, request.range);
  const headers: Record<string, string> = {
    ...objectHeaders(object),
    ...(request.withChecksum === true && range === undefined ? checksumHeaders(object) : {}),
    ...(request.partNumber === undefined || !object.multipart
      ? {}
      : { 'x-amz-mp-parts-count': String(object.segments.length) }),
  };
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  if (range !== undefined && object.size > 0) {
    headers['content-length'] = String(end - start + 1);
    headers['content-range'] = `bytes ${start}-${end}/${object.size}`;
  }
  const status = range === undefined ? 200 : 206;
  if (!request.withBody) return { status, headers };
  return { status, headers, body: bucket.files.read(object.segments, start, end - start + 1) };
}

/** Part n of an object that was uploaded in parts; any other object is its own part 1. */
function partRange(object: StoredObject, partNumber: number, range: string | undefined): Range {
  if (range !== undefined) throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const sizes = object.multipart ? object.segments.map(({ size }) => size) : [object.size];
  const size = sizes[partNumber - 1];
  if (size === undefined)
    throw new S3Error('InvalidPartNumber', 416, 'The requested partnumber is not satisfiable', {
      ActualPartCount: String(sizes.length),
      PartNumberRequested: String(partNumber),
    });
  const start = sizes.slice(0, partNumber - 1).reduce((sum, before) => sum + before, 0);
  return { start, end: start + size - 1 };
}
