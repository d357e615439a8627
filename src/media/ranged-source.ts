import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Connections } from './connections.ts';
import { BeginAnew } from './interruptions.ts';
import { firstPiece, type Range } from './part-plan.ts';
import { AddressRefused, type RangeAnswer, requestRange } from './range-request.ts';
import { MayPass, type Retries } from './retries.ts';
import type { Track } from './source.ts';
import { trackAddress } from './track-address.ts';
import { agree } from './validators.ts';

export type Opened = RangeAnswer & { range: Range | null };

export type RangedSource = {
  /** The answer to the first request of all, which tells what the origin can do. `range` null asks for the whole. */
  open(range: Range | null): Promise<Opened>;
  /** Fills the buffer with the range, from one request or more; `opened` is an answer that begins with it. */
  fetchPiece(range: Range, buffer: Buffer, opened?: Opened): Promise<void>;
};

type SourceOptions = {
  dispatcher: Dispatcher;
  refresh: () => Promise<Track>;
  retries: Retries;
  connections: Connections;
  onBytes: (count: number) => void;
  signal: AbortSignal;
};

/** A track's bytes by ranges, all of one version of the file, from wherever its address has moved to. */
export function rangedSource(track: Track, options: SourceOptions): RangedSource {
  const { dispatcher, connections, onBytes, signal } = options;
  const address = trackAddress(track, options.refresh);
  let known = { length: track.length, validators: track.validators };

  async function ask(range: Range | null): Promise<Opened> {
    await options.retries.clearance();
    const current = address.now();
    try {
      const { contentType } = track;
      const answer = await requestRange(current, range, { dispatcher, known: known.validators, contentType, signal });
      checkVersion(answer);
      address.good(current.generation);
      return { ...answer, range };
    } catch (error) {
      if (error instanceof MayPass && (error.code === 'source_rate_limited' || error.waitMs !== null)) {
        connections.refused();
      }
      if (!(error instanceof AddressRefused)) throw error;
      await address.renew(current.generation, error);
      throw new MayPass(error.code, error.message, { cause: error });
    }
  }

  function checkVersion({ length, validators, body }: RangeAnswer): void {
    const sameLength = known.length === null || length === null || known.length === length;
    if (sameLength && agree(known.validators, validators)) {
      known = { length: known.length ?? length, validators: { ...validators, ...known.validators } };
      return;
    }
    discard(body);
    throw new BeginAnew(`the file changed: ${known.length} bytes, now ${length}`);
  }

  async function askForPiece(range: Range): Promise<Opened> {
    const answer = await ask(range);
    if (answer.kind === 'range') return answer;
    discard(answer.body);
    throw new MayPass('source_interrupted', 'the whole file was sent where a range was asked for');
  }

  return {
    async open(range) {
      const tries = options.retries.ofPiece();
      for (;;) {
        try {
          return await ask(range);
        } catch (error) {
          if (!(error instanceof MayPass)) throw error;
          await tries.after(error, 0);
        }
      }
    },

    async fetchPiece({ from, to }, buffer, opened) {
      const tries = options.retries.ofPiece();
      let next = opened;
      const reached = { at: from };
      while (reached.at < to) {
        const { at } = reached;
        try {
          const answer = next ?? (await askForPiece(firstPiece({ from: at, to })));
          next = undefined;
          const end = Math.min(to, answer.range?.to ?? to);
          await readInto(answer.body, buffer.subarray(at - from, end - from), signal, (count) => {
            reached.at += count;
            onBytes(count);
          });
        } catch (error) {
          if (!(error instanceof MayPass)) throw error;
          await tries.after(error, reached.at - at);
        }
      }
      tries.succeeded();
    },
  };
}

/** Resolves when the buffer is full: whatever else is sent is not wanted. Throws MayPass, or the abort's reason. */
async function readInto(
  body: Readable,
  buffer: Buffer,
  signal: AbortSignal,
  onBytes: (count: number) => void,
): Promise<void> {
  let filled = 0;
  const full = new Promise<void>((resolve, reject) => {
    body.on('data', (chunk: Buffer) => {
      const count = chunk.copy(buffer, filled);
      filled += count;
      if (count > 0) onBytes(count);
      if (filled === buffer.length) resolve();
      if (count < chunk.length) discard(body);
    });
    body.once('end', () => reject(new MayPass('source_interrupted', `${filled} of ${buffer.length} bytes`)));
    body.on('error', (error) => reject(new MayPass('source_interrupted', error.message, { cause: error })));
  });
  try {
    await full;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

function discard(body: Readable): void {
  body.on('error', () => undefined).destroy();
}
