import { createHash } from 'node:crypto';
import { isSignatureOf, scopeText, signingKey } from '../signature/signing-key.ts';
import type { VerifiedSignature } from '../signature/verify-signature.ts';
import { invalidRequest, S3Error } from './s3-error.ts';

const MAX_LINE = 16 * 1024;
const EMPTY_HASH = createHash('sha256').digest('hex');

/** The trailers of a framed body, by lower-case name; complete after the last byte. */
export type Trailers = Map<string, string>;

/**
 * Takes off the framing that the SDK puts around a streamed body (`Content-Encoding: aws-chunked`), without buffering it.
 * With `signature`, each chunk must carry its own, chained to the request's: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export async function* decodeAwsChunked(
  chunks: AsyncIterable<Buffer>,
  trailers: Trailers,
  signature?: VerifiedSignature,
): AsyncGenerator<Buffer> {
  const reader = byteReader(chunks);
  const chain = signature === undefined ? undefined : signatureChain(signature);
  try {
    for (;;) {
      const [size = '', ...extensions] = (await reader.line()).split(';');
      if (!/^[0-9a-f]{1,12}$/i.test(size)) throw invalidChunk();
      const hash = chain === undefined ? undefined : createHash('sha256');
      let left = Number.parseInt(size, 16);
      const isLast = left === 0;
      while (left > 0) {
        const bytes = await reader.some(left);
        left -= bytes.length;
        hash?.update(bytes);
        yield bytes;
      }
      chain?.chunk(hash?.digest('hex') ?? '', valueOf(extensions, 'chunk-signature'));
      if (isLast) break;
      if ((await reader.line()) !== '') throw invalidChunk();
    }
    await readTrailers(reader, trailers, chain);
  } finally {
    await reader.close();
  }
}

async function readTrailers(
  reader: ReturnType<typeof byteReader>,
  trailers: Trailers,
  chain: ReturnType<typeof signatureChain> | undefined,
): Promise<void> {
  let signed = '';
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const [given = '', ...rest] = line.split(':');
    const [name, value] = [given.trim().toLowerCase(), rest.join(':').trim()];
    if (trailers.size > 8) throw invalidChunk();
    trailers.set(name, value);
    if (name !== 'x-amz-trailer-signature') signed += `${name}:${value}\n`;
  }
  if (signed !== '') chain?.trailer(signed, trailers.get('x-amz-trailer-signature') ?? '');
}

function byteReader(chunks: AsyncIterable<Buffer>) {
  const iterator = chunks[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<Buffer> => {
    const next = await iterator.next();
    if (next.done === true) throw new S3Error('IncompleteBody', 400, 'The request body terminated unexpectedly');
    return next.value;
  };
  return {
    close: async () => void (await iterator.return?.()),
    async some(atMost: number): Promise<Buffer> {
      if (rest.length === 0) rest = await more();
      const taken = rest.subarray(0, atMost);
      rest = rest.subarray(taken.length);
      return taken;
    },
    async line(): Promise<string> {
      for (;;) {
        const end = rest.indexOf('\r\n');
        if (end > MAX_LINE || (end === -1 && rest.length > MAX_LINE)) throw invalidChunk();
        if (end !== -1) {
          const line = rest.toString('latin1', 0, end);
          rest = rest.subarray(end + 2);
          return line;
        }
        rest = Buffer.concat([rest, await more()]);
      }
    },
  };
}

function signatureChain({ scope, timestamp, signature }: VerifiedSignature) {
  const key = signingKey(scope);
  let previous = signature;
  const check = (lines: string[], given: string): void => {
    const [algorithm = '', ...hashes] = lines;
    const text = [algorithm, timestamp, scopeText(scope), previous, ...hashes].join('\n');
    if (!isSignatureOf(text, key, given))
      throw new S3Error(
        'SignatureDoesNotMatch',
        403,
        'The chunk signature we calculated does not match the one you provided.',
      );
    previous = given;
  };
  return {
    chunk: (hash: string, given: string) => check(['AWS4-HMAC-SHA256-PAYLOAD', EMPTY_HASH, hash], given),
    trailer: (text: string, given: string) =>
      check(['AWS4-HMAC-SHA256-TRAILER', createHash('sha256').update(text).digest('hex')], given),
  };
}

function valueOf(extensions: string[], name: string): string {
  return extensions.find((extension) => extension.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

function invalidChunk(): S3Error {
  return invalidRequest('The body is not framed as aws-chunked.');
}
