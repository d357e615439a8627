import { text } from 'node:stream/consumers';
import { decodeAwsChunked, type Trailers } from './aws-chunked.ts';
import { type ChecksumAlgorithm, checksumHeader, declaredChecksum } from './checksums.ts';
import { invalidArgument, notImplemented, S3Error } from './s3-error.ts';
import { header, type S3Request } from './s3-request.ts';
import { type VerifiedBytes, verifiedBytes } from './verified-bytes.ts';

const MAX_OBJECT_BYTES = 5 * 1024 ** 3;
const SHA256 = /^[0-9a-f]{64}$/;
const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;

/** The body of an upload, unframed, with everything checked that its headers and trailers say about it. */
export function incomingBody(request: S3Request, wanted?: ChecksumAlgorithm): VerifiedBytes {
  // Not the stream itself: whoever stops reading must not destroy the socket that the refusal goes out on.
  const raw: AsyncIterable<Buffer> = request.message.iterator({ destroyOnReturn: false });
  const trailers: Trailers = new Map();
  const payload = header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const framed = payload.startsWith('STREAMING-');
  if (!framed && payload !== 'UNSIGNED-PAYLOAD' && !SHA256.test(payload))
    throw invalidArgument('must be UNSIGNED-PAYLOAD, STREAMING-… or a SHA-256', 'x-amz-content-sha256', payload);
  const length = bodyLength(request, framed);
  const declared = declaredChecksum(request.headers);
  return verifiedBytes(
    framed ? decodeAwsChunked(raw, trailers, chunkSignature(request, payload)) : raw,
    {
      length,
      ...(SHA256.test(payload) ? { sha256: payload } : {}),
      ...optional('md5', header(request, 'content-md5')),
      ...(declared === undefined
        ? {}
        : {
            checksum: {
              algorithm: declared.algorithm,
              value: () => declared.value ?? trailers.get(checksumHeader(declared.algorithm)),
            },
          }),
    },
    wanted,
  );
}

/** A small XML body, checked like any other. */
export async function documentBody(request: S3Request): Promise<string> {
  const body = incomingBody(request);
  if (bodyLength(request, false) > MAX_DOCUMENT_BYTES)
    throw new S3Error('MaxMessageLengthExceeded', 400, 'Your request was too large.');
  return text(body.bytes);
}

function bodyLength(request: S3Request, framed: boolean): number {
  const declared = header(request, framed ? 'x-amz-decoded-content-length' : 'content-length');
  if (declared === undefined)
    throw new S3Error('MissingContentLength', 411, 'You must provide the Content-Length HTTP header.');
  if (!/^\d+$/.test(declared)) throw invalidArgument('Content-Length must be a number', 'Content-Length', declared);
  if (Number(declared) > MAX_OBJECT_BYTES)
    throw new S3Error('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size', {
      ProposedSize: declared,
      MaxSizeAllowed: String(MAX_OBJECT_BYTES),
    });
  return Number(declared);
}

function chunkSignature(request: S3Request, payload: string): S3Request['signature'] | undefined {
  switch (payload) {
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return undefined;
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return request.signature;
    default:
      throw notImplemented(`the payload signature "${payload}"`);
  }
}

function optional<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  const one: Partial<Record<Name, string>> = {};
  if (value !== undefined) one[name] = value;
  return one;
}
