import * as z from 'zod';
import { readConditions, writePrecondition } from './conditions.ts';
import { incomingBody } from './incoming-body.ts';
import { checksumHeaders, describeObject, encryption, headerSafe } from './object-headers.ts';
import { readObject } from './read-object.ts';
import { invalidArgument, noSuchKey } from './s3-error.ts';
import { header, type Operation, type S3Request } from './s3-request.ts';
import { storeObject } from './store-object.ts';

export const putObject: Operation = async (s3, request) => {
  const object = await storeObject(s3, {
    bucket: s3.bucket(request.bucket),
    key: request.key,
    body: incomingBody(request),
    description: describeObject(request.headers),
    precondition: writePrecondition(request.headers, request.key),
    eventName: 'ObjectCreated:Put',
  });
  return { status: 200, headers: { etag: `"${object.etag}"`, ...checksumHeaders(object), ...encryption } };
};

const partNumber = z.coerce.number().int().min(1).max(10_000);

/** GetObject and HeadObject. */
export const getObject: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  const object = bucket.objects.get(request.key);
  if (object === undefined) throw noSuchKey(request.key);
  const asked = request.query.get('partNumber');
  const part = partNumber.optional().safeParse(asked ?? undefined);
  if (!part.success) throw invalidArgument('Part number must be an integer between 1 and 10000', 'partNumber', asked);
  const answer = readObject(bucket, object, {
    ...readConditions(request.headers),
    range: header(request, 'range'),
    ifRange: header(request, 'if-range'),
    partNumber: part.data,
    withChecksum: header(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED',
    withBody: request.method === 'GET',
  });
  return { ...answer, headers: { ...answer.headers, ...overrides(request) } };
};

const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** A signed GET may choose some headers of its answer. */
function overrides({ query }: S3Request): Record<string, string> {
  return Object.fromEntries(
    OVERRIDES.flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, headerSafe(`response-${name}`, value)]];
    }),
  );
}

export const deleteObject: Operation = async (s3, { bucket, key, headers }) => {
  const removed = await s3.bucket(bucket).objects.remove(key, writePrecondition(headers, key));
  if (removed !== undefined) await s3.announce({ bucket, key, eventName: 'ObjectRemoved:Delete', size: 0, etag: '' });
  return { status: 204 };
};
