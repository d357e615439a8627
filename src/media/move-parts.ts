import { buffers } from './buffers.ts';
import type { Connections } from './connections.ts';
import { OutOfTime } from '../keep-hold.ts';
import { type Part, PIECE_BYTES, type Range, piecesOf } from './part-plan.ts';
import type { Opened, RangedSource } from './ranged-source.ts';
import type { UnfinishedObject } from './unfinished-object.ts';

/** Parts on their way to S3 while the next ones are already being fetched. */
const STORING = 4;

type Move = {
  source: RangedSource;
  object: UnfinishedObject;
  parts: readonly Part[];
  partBytes: number;
  /** The answer to the request for the first piece. */
  first: Opened;
  connections: Connections;
  /** Aborted: the parts that are begun are finished, no other is begun. */
  closing: AbortSignal;
  signal: AbortSignal;
  /** To be told what makes all the rest vain; aborts the signal. */
  stop: (reason: unknown) => void;
};

/** A part being put together in memory. */
type Filling = { part: Part; buffer: Buffer; missing: number };

/**
 * Fetches parts and stores them. Several connections fill one part, so that few are begun at a time and each is stored as soon as
 * it is full: memory is bounded by the connections, not by the file. Throws OutOfTime when some were not begun.
 */
export async function moveParts(move: Move): Promise<void> {
  const { source, object, parts, partBytes, connections, signal } = move;
  const filledAtOnce = () => Math.ceil((connections.limit() * PIECE_BYTES) / partBytes) + 1;
  const pool = buffers(partBytes, () => filledAtOnce() + STORING);

  async function fetchPiece(filling: Filling, piece: Range, opened: Opened | undefined): Promise<void> {
    const { part, buffer } = filling;
    try {
      const room = buffer.subarray(piece.from - part.from, piece.to - part.from);
      await source.fetchPiece(piece, room, opened).finally(() => connections.leave());
      filling.missing -= room.length;
      if (filling.missing > 0) return;
      await object.store(part, buffer.subarray(0, part.to - part.from), signal);
    } catch (error) {
      move.stop(error);
    }
    // After a failure too, when nobody uses it any more: somebody may be waiting for one.
    pool.give(buffer);
  }

  const moved: Promise<void>[] = [];
  let filling: Filling | undefined;
  for (const { part, piece } of piecesOf(parts, connections.limit())) {
    if (filling?.part !== part) {
      if (move.closing.aborted) break;
      filling = { part, buffer: await pool.take(), missing: part.to - part.from };
    }
    await connections.enter();
    if (signal.aborted) break;
    moved.push(fetchPiece(filling, piece, moved.length === 0 ? move.first : undefined));
  }
  await Promise.all(moved);
  signal.throwIfAborted();
  if (filling?.part !== parts.at(-1)) throw new OutOfTime('not all parts were begun');
}
