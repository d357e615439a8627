import { type ChecksumAlgorithm, openDigest } from './checksums.ts';
import { S3Error } from './s3-error.ts';

/** What the sender says about the bytes; all of it is checked. */
export type Expected = {
  length?: number;
  sha256?: string;
  md5?: string;
  /** `value` is asked for after the last byte: it may arrive as a trailer. */
  checksum?: { algorithm: ChecksumAlgorithm; value(): string | undefined };
};

export type VerifiedBytes = {
  /** Ends with an S3Error when the bytes are not what was announced, so what consumes them never takes them for whole. */
  bytes: AsyncIterable<Buffer>;
  /** To be read after the last byte. */
  facts(): { size: number; md5: Buffer; checksum?: { algorithm: ChecksumAlgorithm; value: string } };
};

/** Passes bytes on while every digest that somebody needs is taken in the same pass. */
export function verifiedBytes(
  chunks: AsyncIterable<Buffer>,
  expected: Expected,
  wanted?: ChecksumAlgorithm,
): VerifiedBytes {
  const algorithm = expected.checksum?.algorithm ?? wanted;
  const md5 = openDigest('MD5');
  const sha256 = expected.sha256 === undefined ? undefined : openDigest('SHA256');
  const digest = algorithm === undefined ? undefined : openDigest(algorithm);
  let facts: ReturnType<VerifiedBytes['facts']> | undefined;

  const bytes = async function* (): AsyncGenerator<Buffer> {
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (expected.length !== undefined && size > expected.length) throw incompleteBody();
      md5.update(chunk);
      sha256?.update(chunk);
      digest?.update(chunk);
      yield chunk;
    }
    if (expected.length !== undefined && size !== expected.length) throw incompleteBody();
    const taken = { md5: md5.digest(), sha256: sha256?.digest().toString('hex') };
    const value = digest?.digest().toString('base64');
    check(expected, { ...taken, checksum: value });
    facts = {
      size,
      md5: taken.md5,
      ...(algorithm === undefined || value === undefined ? {} : { checksum: { algorithm, value } }),
    };
  };

  return {
    bytes: { [Symbol.asyncIterator]: bytes },
    facts: () => {
      if (facts === undefined) throw new Error('the bytes were not read to their end');
      return facts;
    },
  };
}

function check(
  expected: Expected,
  taken: { md5: Buffer; sha256: string | undefined; checksum: string | undefined },
): void {
  if (expected.sha256 !== undefined && expected.sha256 !== taken.sha256)
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      400,
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { ClientComputedContentSHA256: expected.sha256, S3ComputedContentSHA256: taken.sha256 ?? '' },
    );
  if (expected.md5 !== undefined) {
    if (Buffer.from(expected.md5, 'base64').length !== 16)
      throw new S3Error('InvalidDigest', 400, 'The Content-MD5 you specified was invalid.');
    if (expected.md5 !== taken.md5.toString('base64'))
      throw new S3Error('BadDigest', 400, 'The Content-MD5 you specified did not match what we received.');
  }
  if (expected.checksum !== undefined && expected.checksum.value() !== taken.checksum)
    throw new S3Error(
      'BadDigest',
      400,
      `The ${expected.checksum.algorithm} you specified did not match the calculated checksum.`,
    );
}

function incompleteBody(): S3Error {
  return new S3Error(
    'IncompleteBody',
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  );
}
