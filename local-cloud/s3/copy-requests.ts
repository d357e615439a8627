import { algorithmNamed } from './checksums.ts';
import { checkCopySource, writePrecondition } from './conditions.ts';
import type { StoredObject } from './object-store.ts';
import { describeObject, encryption } from './object-headers.ts';
import { storePart } from './multipart-requests.ts';
import { invalidArgument, invalidRequest, noSuchKey, notImplemented } from './s3-error.ts';
import { header, type Operation, type S3, type S3Request } from './s3-request.ts';
import { storeObject } from './store-object.ts';
import { type VerifiedBytes, verifiedBytes } from './verified-bytes.ts';
import { xmlDocument } from './xml.ts';
import type { Bucket } from './bucket.ts';
import type { ChecksumAlgorithm } from './checksums.ts';

const MAX_COPY_BYTES = 5 * 1024 ** 3;

export const copyObject: Operation = async (s3, request) => {
  const { bucket: from, object } = source(s3, request);
  const metadata = directive(request, 'x-amz-metadata-directive');
  const tagging = directive(request, 'x-amz-tagging-directive');
  if (from.name === request.bucket && object.key === request.key && metadata === 'COPY' && tagging === 'COPY')
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  const given = describeObject(request.headers);
  const precondition = writePrecondition(request.headers, request.key);
  const asked = header(request, 'x-amz-checksum-algorithm');
  const copied = await storeObject(s3, {
    bucket: s3.bucket(request.bucket),
    key: request.key,
    body: bytesOf(
      from,
      object,
      0,
      object.size,
      asked === undefined ? object.checksum?.algorithm : algorithmNamed(asked),
    ),
    description: {
      headers: metadata === 'COPY' ? object.headers : given.headers,
      metadata: metadata === 'COPY' ? object.metadata : given.metadata,
      tags: tagging === 'COPY' ? object.tags : given.tags,
    },
    precondition,
    eventName: 'ObjectCreated:Copy',
  });
  const result = {
    LastModified: copied.lastModified,
    ETag: `"${copied.etag}"`,
    ...(copied.checksum && {
      [`Checksum${copied.checksum.algorithm}`]: copied.checksum.value,
      ChecksumType: copied.checksum.type,
    }),
  };
  return { status: 200, headers: encryption, body: xmlDocument('CopyObjectResult', result) };
};

export const uploadPartCopy: Operation = async (s3, request) => {
  const { bucket: from, object } = source(s3, request);
  const { start, length } = sourceRange(header(request, 'x-amz-copy-source-range'), object.size);
  const part = await storePart(s3, request, (algorithm) => bytesOf(from, object, start, length, algorithm));
  const result = {
    LastModified: part.lastModified,
    ETag: `"${part.etag}"`,
    ...(part.checksum && { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }),
  };
  return { status: 200, headers: encryption, body: xmlDocument('CopyPartResult', result) };
};

function sourceRange(range: string | undefined, size: number): { start: number; length: number } {
  if (range === undefined) return { start: 0, length: size };
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  const [start, end] = [Number(first), Number(last)];
  if (!(start <= end && end < size))
    throw invalidArgument(`Range specified is not valid for source object of size: ${size}`, 'range', range);
  return { start, length: end - start + 1 };
}

function source(s3: S3, request: S3Request): { bucket: Bucket; object: StoredObject } {
  const given = header(request, 'x-amz-copy-source') ?? '';
  const [path = '', version] = given.split('?versionId=');
  if (version !== undefined && version !== 'null') throw notImplemented('versions of objects');
  const [, name, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (name === undefined || key === undefined)
    throw invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      given,
    );
  const bucket = s3.bucket(name);
  const object = bucket.objects.get(key);
  if (object === undefined) throw noSuchKey(key);
  checkCopySource(object, request.headers);
  return { bucket, object };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw invalidArgument('Copy Source must be URL-encoded', 'x-amz-copy-source', path);
  }
}

/** A copy is written anew, so that its ETag and checksum are those of its own bytes. */
function bytesOf(
  bucket: Bucket,
  object: StoredObject,
  start: number,
  length: number,
  algorithm: ChecksumAlgorithm | undefined,
): VerifiedBytes {
  if (length > MAX_COPY_BYTES)
    throw invalidRequest('The specified copy source is larger than the maximum allowable size for a copy source');
  return verifiedBytes(bucket.files.read(object.segments, start, length), { length }, algorithm);
}

function directive(request: S3Request, name: string): 'COPY' | 'REPLACE' {
  const value = header(request, name) ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') throw invalidArgument('Unknown directive.', name, value);
  return value;
}
