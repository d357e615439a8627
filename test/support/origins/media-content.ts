import { createCipheriv, createHash } from 'node:crypto';

const CHUNK = 256 * 1024;
const BLOCK = 16;
const ZEROS = Buffer.alloc(CHUNK + BLOCK);

/** Bytes `from` up to but not including `to` of the endless content of a seed: AES in counter mode, so it starts anywhere. */
export function* contentOf(seed: number, from: number, to: number): Generator<Buffer> {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed);
  const counter = Buffer.alloc(16);
  counter.writeBigUInt64BE(BigInt(Math.floor(from / BLOCK)), 8);
  const cipher = createCipheriv('aes-128-ctr', key, counter);
  cipher.update(ZEROS.subarray(0, from % BLOCK));
  for (let at = from; at < to; at += CHUNK) yield cipher.update(ZEROS.subarray(0, Math.min(CHUNK, to - at)));
}

/** What the whole file of that size and seed must hash to, in hexadecimal. */
export function contentSha256(size: number, seed: number): string {
  const hash = createHash('sha256');
  for (const chunk of contentOf(seed, 0, size)) hash.update(chunk);
  return hash.digest('hex');
}
