import { ACCOUNT_ID } from '../aws-request.ts';
import { compareKeys } from './keys.ts';
import { keyEncoding, pageSize } from './list-parameters.ts';
import type { Upload } from './multipart-uploads.ts';
import { invalidArgument, notImplemented } from './s3-error.ts';
import type { Operation } from './s3-request.ts';
import { xmlDocument } from './xml.ts';

export const listMultipartUploads: Operation = async (s3, { bucket, query }) => {
  if (query.has('delimiter')) throw notImplemented('ListMultipartUploads with a delimiter');
  const encode = keyEncoding(query);
  const limit = pageSize(query, 'max-uploads');
  const prefix = query.get('prefix') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const uploads = s3
    .bucket(bucket)
    .uploads.list()
    .filter(({ key }) => key.startsWith(prefix));
  const rest = after(uploads, keyMarker, idMarker);
  const page = rest.slice(0, limit);
  const last = rest.length > page.length ? page.at(-1) : undefined;
  return {
    status: 200,
    body: xmlDocument('ListMultipartUploadsResult', {
      Bucket: bucket,
      KeyMarker: encode(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker: last && encode(last.key),
      NextUploadIdMarker: last?.id,
      Prefix: encode(prefix),
      EncodingType: query.get('encoding-type') ?? undefined,
      MaxUploads: limit,
      IsTruncated: last !== undefined,
      Upload: page.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.id,
        Owner: { ID: ACCOUNT_ID },
        Initiator: { ID: ACCOUNT_ID },
        StorageClass: 'STANDARD',
        Initiated: upload.initiated,
        ChecksumAlgorithm: upload.checksum?.algorithm,
        ChecksumType: upload.checksum?.type,
      })),
    }),
  };
};

/** Without an id the marker's key is skipped whole; with one, its later uploads follow. */
function after(uploads: Upload[], keyMarker: string, idMarker: string): Upload[] {
  if (keyMarker === '') return uploads;
  if (idMarker === '') return uploads.filter(({ key }) => compareKeys(key, keyMarker) > 0);
  const seen = uploads.findIndex(({ id }) => id === idMarker);
  if (seen !== -1) return uploads.slice(seen + 1);
  return uploads.filter(({ key }) => compareKeys(key, keyMarker) > 0);
}

export const listParts: Operation = async (s3, { bucket, key, query }) => {
  const { uploads } = s3.bucket(bucket);
  const upload = uploads.get(query.get('uploadId') ?? '', key);
  const limit = pageSize(query, 'max-parts');
  const marker = query.get('part-number-marker') ?? '0';
  if (!/^\d+$/.test(marker)) throw invalidArgument('part-number-marker must be a number', 'part-number-marker', marker);
  const rest = uploads.parts(upload.id).filter(({ number }) => number > Number(marker));
  const page = rest.slice(0, limit);
  return {
    status: 200,
    body: xmlDocument('ListPartsResult', {
      Bucket: bucket,
      Key: keyEncoding(query)(key),
      UploadId: upload.id,
      Initiator: { ID: ACCOUNT_ID },
      Owner: { ID: ACCOUNT_ID },
      StorageClass: 'STANDARD',
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: rest.length > page.length,
      ChecksumAlgorithm: upload.checksum?.algorithm,
      ChecksumType: upload.checksum?.type,
      Part: page.map((part) => ({
        PartNumber: part.number,
        LastModified: part.lastModified,
        ETag: `"${part.etag}"`,
        Size: part.size,
        ...(part.checksum && { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }),
      })),
    }),
  };
};
