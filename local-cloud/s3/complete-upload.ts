import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Checksum, combineChecksums, declaredChecksum } from './checksums.ts';
import { writePrecondition } from './conditions.ts';
import { documentBody } from './incoming-body.ts';
import type { Part, Upload } from './multipart-uploads.ts';
import type { StoredObject } from './object-store.ts';
import { encryption } from './object-headers.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from './s3-error.ts';
import { header, type Operation, type S3Request } from './s3-request.ts';
import { parseXml, xmlDocument } from './xml.ts';

const MIN_PART_BYTES = 5 * 1024 ** 2;

const completion = z.object({
  Part: z
    .array(z.looseObject({ PartNumber: z.coerce.number().int().min(1).max(10_000), ETag: z.string() }))
    .min(1)
    .max(10_000),
});
type NamedPart = z.infer<typeof completion>['Part'][number];

/** Makes one object of the parts, without moving a byte: it takes over the files they are in. */
export const completeMultipartUpload: Operation = async (s3, request) => {
  const bucket = s3.bucket(request.bucket);
  const upload = bucket.uploads.get(request.query.get('uploadId') ?? '', request.key);
  // The request's own body is checked by Content-MD5 and x-amz-content-sha256; its checksum headers are the object's.
  const declared = declaredChecksum(request.headers);
  if (declared !== undefined && declared.algorithm !== upload.checksum?.algorithm)
    throw notImplemented('a checksum of the whole that the upload was not begun with');
  const body = await documentBody({ ...request, headers: withoutChecksums(request) });
  const named = completion.safeParse(parseXml(body, 'CompleteMultipartUpload'));
  if (!named.success) throw malformedXml();

  let object: StoredObject | undefined;
  await bucket.uploads.end(upload.id, async (stored) => {
    const parts = chosenParts(named.data.Part, stored, upload);
    const made = madeOf(upload, parts, s3.now());
    checkDeclared(request, made, declared?.value);
    await bucket.objects.put(made, writePrecondition(request.headers, request.key));
    object = made;
    return made.segments;
  });
  if (object === undefined) throw new Error('an upload ended without its object');
  const { key, size, etag, checksum } = object;
  await s3.announce({ bucket: bucket.name, key, size, etag, eventName: 'ObjectCreated:CompleteMultipartUpload' });
  const result = {
    Location: `http://${request.headers.host ?? ''}/${bucket.name}/${encodeURIComponent(key)}`,
    Bucket: bucket.name,
    Key: key,
    ETag: `"${etag}"`,
    ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
  };
  return { status: 200, headers: encryption, body: xmlDocument('CompleteMultipartUploadResult', result) };
};

function chosenParts(named: NamedPart[], stored: Part[], upload: Upload): Part[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  if (named.some((one, index) => one.PartNumber <= (named[index - 1]?.PartNumber ?? 0)))
    throw new S3Error('InvalidPartOrder', 400, 'The list of parts was not in ascending order.');
  return named.map((one, index) => {
    const { PartNumber: number, ETag } = one;
    const part = byNumber.get(number);
    if (part === undefined || part.etag !== ETag.replaceAll('"', '')) throw invalidPart(number, ETag);
    checkPartChecksum(one, part, upload);
    if (index < named.length - 1 && part.size < MIN_PART_BYTES)
      throw new S3Error('EntityTooSmall', 400, 'Your proposed upload is smaller than the minimum allowed size', {
        ProposedSize: String(part.size),
        MinSizeAllowed: String(MIN_PART_BYTES),
        PartNumber: String(number),
        ETag: part.etag,
      });
    return part;
  });
}

function checkPartChecksum(named: NamedPart, part: Part, upload: Upload): void {
  const algorithm = upload.checksum?.algorithm ?? part.checksum?.algorithm;
  if (algorithm === undefined) return;
  const value = named[`Checksum${algorithm}`];
  if (value === undefined && upload.checksum?.type === 'COMPOSITE')
    throw invalidRequest(
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  if (value !== undefined && value !== part.checksum?.value) throw invalidPart(part.number, named.ETag);
}

function madeOf(upload: Upload, parts: Part[], now: Date): StoredObject {
  const etags = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const checksum = wholeChecksum(upload, parts);
  return {
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    key: upload.key,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `${createHash('md5').update(etags).digest('hex')}-${parts.length}`,
    lastModified: now.toISOString(),
    ...(checksum === undefined ? {} : { checksum }),
    segments: parts.map(({ segment }) => segment),
    multipart: true,
  };
}

function wholeChecksum({ checksum }: Upload, parts: Part[]): Checksum | undefined {
  if (checksum === undefined) return undefined;
  const values = parts.map(({ checksum, size }) => ({ value: checksum?.value ?? '', size }));
  return { ...checksum, value: combineChecksums(checksum.algorithm, checksum.type, values) };
}

function checkDeclared(request: S3Request, object: StoredObject, checksum: string | undefined): void {
  const size = header(request, 'x-amz-mp-object-size');
  if (size !== undefined && size !== String(object.size))
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${object.size}`,
    );
  if (checksum !== undefined && object.checksum !== undefined && checksum !== object.checksum.value)
    throw new S3Error('BadDigest', 400, 'The checksum you specified did not match the calculated checksum.');
}

function withoutChecksums({ headers }: S3Request): S3Request['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')));
}

function invalidPart(number: number, etag: string): S3Error {
  return new S3Error(
    'InvalidPart',
    400,
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { PartNumber: String(number), ETag: etag },
  );
}
