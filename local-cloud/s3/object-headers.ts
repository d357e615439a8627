import type { IncomingHttpHeaders } from 'node:http';
import { ACCOUNT_ID } from '../aws-request.ts';
import { checksumHeader } from './checksums.ts';
import type { Description, StoredObject, Tag } from './object-store.ts';
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts';

const KEPT = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];
const META = 'x-amz-meta-';
const MAX_METADATA_BYTES = 2048;

/** What an upload's headers (or a form's fields) say about the object. */
export function describeObject(headers: IncomingHttpHeaders): Description {
  const kept: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    if (KEPT.includes(name)) kept[name] = headerSafe(name, value);
    else if (name.startsWith(META)) metadata[name.slice(META.length)] = headerSafe(name, value);
  }
  const encodings = kept['content-encoding']?.split(',').map((encoding) => encoding.trim());
  const encoding = encodings?.filter((encoding) => encoding !== 'aws-chunked').join(',');
  delete kept['content-encoding'];
  if (encoding !== undefined && encoding !== '') kept['content-encoding'] = encoding;
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0);
  if (size > MAX_METADATA_BYTES)
    throw new S3Error('MetadataTooLarge', 400, 'Your metadata headers exceed the maximum allowed metadata size');
  return { headers: kept, metadata, tags: parseTagging(headers['x-amz-tagging']?.toString()) };
}

function parseTagging(tagging: string | undefined): Tag[] {
  return checkTags([...new URLSearchParams(tagging)].map(([key, value]) => ({ key, value })));
}

export function checkTags(tags: Tag[]): Tag[] {
  const invalid = (message: string): S3Error => new S3Error('InvalidTag', 400, message);
  if (tags.length > 10) throw new S3Error('BadRequest', 400, 'Object tags cannot be greater than 10');
  if (new Set(tags.map(({ key }) => key)).size < tags.length)
    throw invalid('Cannot provide multiple Tags with the same key');
  for (const { key, value } of tags) {
    if (key === '' || key.length > 128) throw invalid('The TagKey you have provided is invalid');
    if (value.length > 256) throw invalid('The TagValue you have provided is invalid');
  }
  return tags;
}

/** The headers of a GET or HEAD of the whole object. */
export function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ...Object.fromEntries(Object.entries(object.metadata).map(([name, value]) => [`${META}${name}`, value])),
    ...(object.tags.length > 0 ? { 'x-amz-tagging-count': String(object.tags.length) } : {}),
    ...commonHeaders(object),
    'content-length': String(object.size),
  };
}

/** What a 304 says as well. */
export function commonHeaders(object: StoredObject): Record<string, string> {
  return {
    'accept-ranges': 'bytes',
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...(object.headers['cache-control'] === undefined ? {} : { 'cache-control': object.headers['cache-control'] }),
    ...encryption,
  };
}

/** S3 encrypts everything and says so. */
export const encryption = { 'x-amz-server-side-encryption': 'AES256' };

export function checksumHeaders({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> {
  return checksum === undefined
    ? {}
    : { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };
}

/** The value, if HTTP can carry it back: S3 refuses what is not ISO-8859-1. */
export function headerSafe(name: string, value: string): string {
  if (!/^[\t\u0020-\u007e\u00a0-\u00ff]*$/.test(value))
    throw invalidArgument('Header value cannot be represented using ISO-8859-1.', name, value);
  return value;
}

const KNOWN = new RegExp(
  `^x-amz-(${[
    'checksum-.+',
    'content-sha256',
    'copy-source(-if-.+|-range)?',
    'date',
    'decoded-content-length',
    'id-2',
    'meta-.+',
    'metadata-directive',
    'mp-object-size',
    'sdk-checksum-algorithm',
    'security-token',
    'tagging(-directive)?',
    'trailer',
    'user-agent',
  ].join('|')})$`,
);

/** Headers that may be sent as long as they ask for what S3 does anyway. */
const ONLY: Record<string, string> = {
  'x-amz-acl': 'private',
  'x-amz-expected-bucket-owner': ACCOUNT_ID,
  'x-amz-server-side-encryption': 'AES256',
  'x-amz-source-expected-bucket-owner': ACCOUNT_ID,
  'x-amz-storage-class': 'STANDARD',
};

/** Refuses a header that would change what S3 does, and here would not. */
export function refuseUnknownHeaders(headers: IncomingHttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('x-amz-') || KNOWN.test(name) || ONLY[name] === value) continue;
    if (name.endsWith('expected-bucket-owner')) throw new S3Error('AccessDenied', 403, 'Access Denied');
    throw notImplemented(`the header "${name}: ${value?.toString() ?? ''}"`);
  }
}
