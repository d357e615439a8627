const MIB = 1024 * 1024;
/** S3 takes 10,000. */
const MAX_PARTS = 9_000;

/** What one request asks for at most: beyond 10 MiB some origins throttle, far below it the round trips tell. */
export const PIECE_BYTES = 4 * MIB;
const SMALLEST_PIECE = 256 * 1024;

/** Bytes `from` up to but not including `to` of the file. */
export type Range = { from: number; to: number };
export type Part = Range & { number: number };

/** The usual size, or as many whole MiB as a file of that length needs to fit into the parts there are. */
export function partSizeFor(length: number, usual: number): number {
  return length <= usual * MAX_PARTS ? usual : Math.ceil(length / MAX_PARTS / MIB) * MIB;
}

/** The file cut into parts of one size; the last has the rest. */
export function partsOf(length: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(length / partBytes) }, (_, index) => ({
    number: index + 1,
    from: index * partBytes,
    to: Math.min(length, (index + 1) * partBytes),
  }));
}

/** The first bytes of a range, as many as one request may ask for. */
export function firstPiece({ from, to }: Range): Range {
  return { from, to: Math.min(to, from + PIECE_BYTES) };
}

/**
 * The parts cut into what one request asks for, in their order. The first wave of requests, one for each connection, has all sizes:
 * else connections of one speed would end together for ever, and parts come to be stored in bursts.
 */
export function* piecesOf(parts: readonly Part[], connections: number): Generator<{ part: Part; piece: Range }> {
  let begun = 0;
  for (const part of parts) {
    for (let from = part.from; from < part.to; begun += 1) {
      const inFirstWave = begun > 0 && begun < connections;
      const bytes = inFirstWave ? Math.max(SMALLEST_PIECE, (PIECE_BYTES * begun) / connections) : PIECE_BYTES;
      const piece = { from, to: Math.min(part.to, from + Math.ceil(bytes)) };
      yield { part, piece };
      from = piece.to;
    }
  }
}
