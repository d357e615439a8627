import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import * as z from 'zod';
import { combineCrc, crc32c, crc64nvme } from './crc.ts';
import { invalidRequest, notImplemented } from './s3-error.ts';

export const checksumAlgorithm = z.enum(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']);
export type ChecksumAlgorithm = z.infer<typeof checksumAlgorithm>;

/** COMPOSITE: the checksum of the parts' checksums, as multipart ETags are made. FULL_OBJECT: of the bytes themselves. */
export const checksumType = z.enum(['COMPOSITE', 'FULL_OBJECT']);
export type ChecksumType = z.infer<typeof checksumType>;

export const checksum = z.object({ algorithm: checksumAlgorithm, value: z.string(), type: checksumType });
export type Checksum = z.infer<typeof checksum>;

export type Digest = { update(chunk: Buffer): void; digest(): Buffer };

export function openDigest(algorithm: ChecksumAlgorithm | 'MD5'): Digest {
  switch (algorithm) {
    case 'CRC32':
      return crcDigest(crc32);
    case 'CRC32C':
      return crcDigest(crc32c);
    case 'CRC64NVME': {
      let state = { high: 0, low: 0 };
      return {
        update: (chunk) => {
          state = crc64nvme(chunk, state);
        },
        digest: () => Buffer.concat([uint32(state.high), uint32(state.low)]),
      };
    }
    case 'SHA1':
    case 'SHA256':
    case 'MD5': {
      const hash = createHash(algorithm.toLowerCase());
      return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest() };
    }
  }
}

function crcDigest(crc: (chunk: Buffer, previous: number) => number): Digest {
  let state = 0;
  return {
    update: (chunk) => {
      state = crc(chunk, state);
    },
    digest: () => uint32(state),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The one checksum a request declares; without a value it follows as a trailer. */
export function declaredChecksum(
  headers: IncomingHttpHeaders,
): { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined {
  const trailer = headers['x-amz-trailer'];
  const names = Object.keys(headers).filter((name) => /^x-amz-checksum-(?!mode$|type$|algorithm$)/.test(name));
  if (typeof trailer === 'string') names.push(trailer.trim().toLowerCase());
  const [name, ...others] = names;
  if (name === undefined) return undefined;
  if (others.length > 0)
    throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.');
  const algorithm = algorithmNamed(name.replace('x-amz-checksum-', ''));
  return { algorithm, value: headers[name]?.toString() };
}

export function algorithmNamed(name: string): ChecksumAlgorithm {
  const parsed = checksumAlgorithm.safeParse(name.toUpperCase());
  if (!parsed.success) throw notImplemented(`the checksum algorithm "${name}"`);
  return parsed.data;
}

/** The checksum type S3 gives a multipart upload, or its refusal of one the algorithm cannot have. */
export function multipartChecksumType(algorithm: ChecksumAlgorithm, asked: string | undefined): ChecksumType {
  const possible: ChecksumType[] =
    algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : algorithm.startsWith('SHA')
        ? ['COMPOSITE']
        : ['COMPOSITE', 'FULL_OBJECT'];
  const type = asked === undefined ? possible[0] : possible.find((one) => one === asked);
  if (type === undefined)
    throw invalidRequest(
      `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  return type;
}

/** The checksum of a whole upload, from those of its parts: no byte is read again. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: { value: string; size: number }[],
): string {
  const values: Buffer[] = parts.map((part) => Buffer.from(part.value, 'base64'));
  if (type === 'COMPOSITE') {
    const digest = openDigest(algorithm);
    values.forEach((value) => digest.update(value));
    return `${digest.digest().toString('base64')}-${parts.length}`;
  }
  if (algorithm === 'SHA1' || algorithm === 'SHA256') throw invalidRequest('SHA checksums of a whole need its bytes.');
  return values
    .reduce((whole, value, index) => combineCrc(algorithm, whole, value, parts[index]?.size ?? 0))
    .toString('base64');
}
