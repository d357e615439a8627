import { ACCOUNT_ID } from '../aws-request.ts';
import { compareKeys } from './keys.ts';
import { keyEncoding, pageSize } from './list-parameters.ts';
import type { ObjectStore, StoredObject } from './object-store.ts';
import { invalidArgument } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { xmlDocument } from './xml.ts';

type Page = { objects: StoredObject[]; prefixes: string[]; next?: Position };

/** After a key, or after everything under a common prefix. */
type Position = { after: string; isPrefix: boolean };

type Listing = { prefix: string; delimiter: string; from: Position | undefined; limit: number };

/** Walks the sorted keys from the position on, and jumps over what a common prefix stands for. */
function listPage(objects: ObjectStore, { prefix, delimiter, from, limit }: Listing): Page {
  const { keys } = objects;
  const page: Page = { objects: [], prefixes: [] };
  let at = keys.from(prefix);
  if (from !== undefined) {
    const resumed = from.isPrefix ? keys.beyond(from.after) : keys.from(from.after);
    at = Math.max(at, !from.isPrefix && keys.at(resumed) === from.after ? resumed + 1 : resumed);
  }
  let last: Position | undefined;
  for (;;) {
    const key = keys.at(at);
    if (key === undefined || !key.startsWith(prefix)) return page;
    if (page.objects.length + page.prefixes.length >= limit) return { ...page, ...(last && { next: last }) };
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    if (end === -1) {
      const object = objects.get(key);
      if (object !== undefined) page.objects.push(object);
      last = { after: key, isPrefix: false };
      at += 1;
    } else {
      const common = key.slice(0, end + delimiter.length);
      page.prefixes.push(common);
      last = { after: common, isPrefix: true };
      at = keys.beyond(common);
    }
  }
}

export const listObjectsV2: Operation = async (s3, { bucket, query }) => {
  const encode = keyEncoding(query);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const limit = pageSize(query, 'max-keys');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const from =
    token !== null ? readToken(token) : startAfter === null ? undefined : { after: startAfter, isPrefix: false };
  const page = listPage(s3.bucket(bucket).objects, { prefix, delimiter, from, limit });
  const withOwner = query.get('fetch-owner') === 'true';
  return {
    status: 200,
    body: xmlDocument('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      StartAfter: startAfter === null ? undefined : encode(startAfter),
      MaxKeys: limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      KeyCount: page.objects.length + page.prefixes.length,
      IsTruncated: page.next !== undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: page.next && writeToken(page.next),
      ...contents(page, encode, withOwner),
    }),
  };
};

/** The first version of the same, for the clients that still speak it. */
export const listObjects: Operation = async (s3, { bucket, query }) => {
  const encode = keyEncoding(query);
  const limit = pageSize(query, 'max-keys');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = query.get('marker') ?? '';
  const isPrefix = delimiter !== '' && marker.startsWith(prefix) && marker.endsWith(delimiter);
  const from = marker === '' ? undefined : { after: marker, isPrefix };
  const page = listPage(s3.bucket(bucket).objects, { prefix, delimiter, from, limit });
  return {
    status: 200,
    body: xmlDocument('ListBucketResult', {
      Name: bucket,
      Prefix: encode(prefix),
      Marker: encode(marker),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: limit,
      EncodingType: query.get('encoding-type') ?? undefined,
      IsTruncated: page.next !== undefined,
      NextMarker: page.next && delimiter !== '' ? encode(page.next.after) : undefined,
      ...contents(page, encode, true),
    }),
  };
};

function contents({ objects, prefixes }: Page, encode: (key: string) => string, withOwner: boolean) {
  return {
    Contents: objects.map((object) => ({
      Key: encode(object.key),
      LastModified: object.lastModified,
      ETag: `"${object.etag}"`,
      ChecksumAlgorithm: object.checksum?.algorithm,
      ChecksumType: object.checksum?.type,
      Size: object.size,
      Owner: withOwner ? { ID: ACCOUNT_ID } : undefined,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: prefixes.sort(compareKeys).map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

function writeToken({ after, isPrefix }: Position): string {
  return Buffer.from(`${isPrefix ? 'p' : 'k'}${after}`).toString('base64url');
}

function readToken(token: string): Position {
  const text = Buffer.from(token, 'base64url').toString();
  if (!/^[pk]/.test(text))
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return { after: text.slice(1), isPrefix: text.startsWith('p') };
}
