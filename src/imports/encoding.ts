import { isUtf8 } from 'node:buffer';
import type { Encoding } from '../../contract/dialect.ts';
import { decodeWindows1252, encodeWindows1252 } from './windows-1252.ts';

const BOMS = {
  'utf-8': Buffer.from([0xef, 0xbb, 0xbf]),
  'utf-16le': Buffer.from([0xff, 0xfe]),
  'utf-16be': Buffer.from([0xfe, 0xff]),
  'windows-1252': Buffer.alloc(0),
} as const satisfies Record<Encoding, Buffer>;

/** The bytes a file of that encoding may begin with. */
export const bomOf = (encoding: Encoding): Buffer => BOMS[encoding];

const startsWith = (bytes: Buffer, mark: Buffer) => bytes.subarray(0, mark.length).equals(mark);
const UTF_32_BOMS = [Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from([0, 0, 0xfe, 0xff])];

/** By its byte order mark; else by where its zeros are, and whether it is valid UTF-8. Null: UTF-32. */
export function detectEncoding(sample: Buffer): { encoding: Encoding; bom: boolean } | null {
  if (UTF_32_BOMS.some((mark) => startsWith(sample, mark))) return null;
  for (const encoding of ['utf-8', 'utf-16le', 'utf-16be'] as const)
    if (startsWith(sample, BOMS[encoding])) return { encoding, bom: true };
  return { encoding: wideEncoding(sample) ?? (validUtf8(sample) ? 'utf-8' : 'windows-1252'), bom: false };
}

function wideEncoding(sample: Buffer): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0];
  for (let at = 0; at < sample.length; at += 1) if (sample[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros.map((count) => count / Math.max(1, sample.length / 2));
  // Names of columns, digits and delimiters are ASCII: every second byte of most characters is zero.
  if (odd > 0.4 && even < 0.1) return 'utf-16le';
  return even > 0.4 && odd < 0.1 ? 'utf-16be' : null;
}

/** What is cut off from 8-bit text, perhaps amid a character. */
export const cutOffText = (bytes: Buffer): string => (validUtf8(bytes) ? bytes.toString() : decodeWindows1252(bytes));

/** The sample may end amid a character. */
function validUtf8(sample: Buffer): boolean {
  return [0, 1, 2, 3].some((cut) => cut <= sample.length && isUtf8(sample.subarray(0, sample.length - cut)));
}

export type ToUtf8 = { take(chunk: Uint8Array): Buffer; end(): Buffer };

/** A copy of what is taken, in UTF-8 where it was UTF-16; what is 8 bits wide stays as it is. */
export function toUtf8(encoding: Encoding): ToUtf8 {
  if (encoding === 'utf-8' || encoding === 'windows-1252')
    return { take: (chunk) => Buffer.from(chunk), end: () => Buffer.alloc(0) };
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return {
    take: (chunk) => Buffer.from(decoder.decode(chunk, { stream: true })),
    end: () => Buffer.from(decoder.decode()),
  };
}

/** How many bytes of the file became those; pieces may be cut amid a character, their sum is right. */
export function originalBytes(encoding: Encoding, bytes: Buffer): number {
  if (encoding === 'utf-8' || encoding === 'windows-1252') return bytes.length;
  let units = 0;
  for (const byte of bytes) if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
  return units * 2;
}

/** Windows-1252 where it is not valid UTF-8: files of both are pasted together, and one is ASCII until its first accent. */
export function asUtf8(bytes: Buffer): Buffer {
  return isUtf8(bytes) ? bytes : Buffer.from(decodeWindows1252(bytes));
}

export function encodeText(encoding: Encoding, text: string): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text);
    case 'windows-1252':
      return encodeWindows1252(text);
    case 'utf-16le':
      return Buffer.from(text, 'utf16le');
    case 'utf-16be':
      return Buffer.from(text, 'utf16le').swap16();
  }
}
