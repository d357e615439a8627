import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import {
  algorithmNamed,
  type ChecksumAlgorithm,
  checksumHeader,
  declaredChecksum,
  multipartChecksumType,
} from './checksums.ts';
import { incomingBody } from './incoming-body.ts';
import type { Part, Upload } from './multipart-uploads.ts';
import { describeObject, encryption } from './object-headers.ts';
import { invalidArgument, invalidRequest } from './s3-error.ts';
import { header, type Operation, type S3, type S3Request } from './s3-request.ts';
import type { VerifiedBytes } from './verified-bytes.ts';
import { xmlDocument } from './xml.ts';

export const createMultipartUpload: Operation = async (s3, request) => {
  const { bucket, key } = request;
  const algorithm = header(request, 'x-amz-checksum-algorithm');
  const type = header(request, 'x-amz-checksum-type');
  if (algorithm === undefined && type !== undefined)
    throw invalidRequest('The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.');
  const checksum = algorithm === undefined ? undefined : uploadChecksum(algorithm, type);
  const upload: Upload = {
    ...describeObject(request.headers),
    id: createHash('sha256').update(randomUUID()).digest('hex'),
    key,
    initiated: s3.now().toISOString(),
    ...(checksum === undefined ? {} : { checksum }),
  };
  await s3.bucket(bucket).uploads.start(upload);
  return {
    status: 200,
    headers: {
      ...encryption,
      ...(checksum && { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type }),
    },
    body: xmlDocument('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id }),
  };
};

function uploadChecksum(name: string, type: string | undefined): Upload['checksum'] {
  const algorithm = algorithmNamed(name);
  return { algorithm, type: multipartChecksumType(algorithm, type) };
}

export const uploadPart: Operation = async (s3, request) => {
  const part = await storePart(s3, request, (algorithm, isRequired) => {
    const declared = declaredChecksum(request.headers)?.algorithm;
    if (algorithm !== undefined && declared !== algorithm && (declared !== undefined || isRequired))
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${declared?.toLowerCase() ?? 'null'}`,
      );
    return incomingBody(request, algorithm);
  });
  const headers = part.checksum && { [checksumHeader(part.checksum.algorithm)]: part.checksum.value };
  return { status: 200, headers: { etag: `"${part.etag}"`, ...headers, ...encryption } };
};

const partNumber = z.coerce.number().int().min(1).max(10_000);

/** Stores one part. `open` gets the algorithm of the upload's checksum, and whether the sender must have used it. */
export async function storePart(
  s3: S3,
  request: S3Request,
  open: (algorithm: ChecksumAlgorithm | undefined, isRequired: boolean) => VerifiedBytes,
): Promise<Part> {
  const { files, uploads } = s3.bucket(request.bucket);
  const number = partNumber.safeParse(request.query.get('partNumber'));
  if (!number.success)
    throw invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      request.query.get('partNumber'),
    );
  const upload = uploads.get(request.query.get('uploadId') ?? '', request.key);
  const body = open(upload.checksum?.algorithm, upload.checksum?.type === 'COMPOSITE');
  const segment = await files.write(body.bytes);
  const facts = body.facts();
  const part: Part = {
    number: number.data,
    size: facts.size,
    etag: facts.md5.toString('hex'),
    lastModified: s3.now().toISOString(),
    ...(facts.checksum && { checksum: { ...facts.checksum, type: 'FULL_OBJECT' } }),
    segment,
  };
  try {
    await uploads.putPart(upload.id, part);
  } catch (error) {
    await files.remove([segment]);
    throw error;
  }
  return part;
}

export const abortMultipartUpload: Operation = async (s3, { bucket, key, query }) => {
  const { uploads } = s3.bucket(bucket);
  const { id } = uploads.get(query.get('uploadId') ?? '', key);
  await uploads.end(id, async () => []);
  return { status: 204 };
};
