/** CRC-32 is Node's (`zlib.crc32`); these are the two that S3 has besides. All are reflected: low bits first. */
const POLYNOMIALS = { CRC32: 0xedb88320n, CRC32C: 0x82f63b78n, CRC64NVME: 0x9a6c9329ac4bc9b5n } as const;
const WIDTHS = { CRC32: 32, CRC32C: 32, CRC64NVME: 64 } as const;

export type Crc = keyof typeof POLYNOMIALS;

function table(algorithm: Crc): bigint[] {
  return Array.from({ length: 256 }, (_, byte) => {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++)
      value = (value & 1n) === 1n ? (value >> 1n) ^ POLYNOMIALS[algorithm] : value >> 1n;
    return value;
  });
}

const crc32cTable = Uint32Array.from(table('CRC32C'), Number);
const crc64Low = Uint32Array.from(table('CRC64NVME'), (value) => Number(value & 0xffffffffn));
const crc64High = Uint32Array.from(table('CRC64NVME'), (value) => Number(value >> 32n));

export function crc32c(chunk: Buffer, previous: number): number {
  let crc = ~previous;
  for (let at = 0; at < chunk.length; at++) crc = (crc >>> 8) ^ (crc32cTable[(crc ^ (chunk[at] ?? 0)) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** The 64 bits as two numbers: arithmetic on BigInt would be fifty times slower. */
export type Crc64 = { high: number; low: number };

export function crc64nvme(chunk: Buffer, previous: Crc64): Crc64 {
  let high = ~previous.high;
  let low = ~previous.low;
  for (let at = 0; at < chunk.length; at++) {
    const index = (low ^ (chunk[at] ?? 0)) & 0xff;
    low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] ?? 0);
    high = (high >>> 8) ^ (crc64High[index] ?? 0);
  }
  return { high: ~high >>> 0, low: ~low >>> 0 };
}

/** The CRC of two byte strings joined, from their CRCs and the second one's length. */
export function combineCrc(algorithm: Crc, first: Buffer, second: Buffer, secondLength: number): Buffer {
  const width = WIDTHS[algorithm];
  const shifted = multiply(algorithm, toBigInt(first), powerOfX(algorithm, BigInt(secondLength) * 8n));
  const hex = (shifted ^ toBigInt(second)).toString(16).padStart(width / 4, '0');
  return Buffer.from(hex, 'hex');
}

/** x^exponent modulo the polynomial, by squaring. In reflected notation the highest bit is x^0. */
function powerOfX(algorithm: Crc, exponent: bigint): bigint {
  const one = 1n << BigInt(WIDTHS[algorithm] - 1);
  let result = one;
  let square = one >> 1n;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = multiply(algorithm, result, square);
    square = multiply(algorithm, square, square);
  }
  return result;
}

function multiply(algorithm: Crc, a: bigint, b: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << BigInt(WIDTHS[algorithm] - 1); bit > 0n; bit >>= 1n) {
    if ((a & bit) !== 0n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ POLYNOMIALS[algorithm] : shifted >> 1n;
  }
  return product;
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}
