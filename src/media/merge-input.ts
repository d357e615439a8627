import { CustomSource, Input, MATROSKA, MP4, QTFF, WEBM } from 'mediabunny';

const MIB = 1024 * 1024;
/** The library reads in pieces of some 64 KiB: one request each would cost more than the bytes. */
const BLOCK_BYTES = 4 * MIB;
/** Of a fragmented file the header of the next fragment is read before the packets of this one. */
const BLOCKS_KEPT = 5;
/** No packet and no index is larger; a file that claims so is broken. */
const LONGEST_READ = 64 * MIB;

type Fetch = (start: number, end: number) => Promise<Buffer>;

/** A media file somewhere else, opened for reading from front to back in constant memory. To be disposed of. */
export function mediaInput({ bytes, fetch }: { bytes: number; fetch: Fetch }): Input {
  const source = new CustomSource({
    getSize: () => bytes,
    read: blockReader(bytes, fetch),
    // A larger cache costs more CPU than the copying itself, and the blocks are a cache already.
    maxCacheSize: 2 * MIB,
    prefetchProfile: 'fileSystem',
    // A read ahead that failed; whoever needs the bytes fails as well.
    handleUnhandledError: () => undefined,
  });
  // Not all the library knows: a playlist would send it to other addresses.
  return new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] });
}

/** Reads a file by whole blocks: each is fetched once, and the next is on its way while one is read. */
export function blockReader(bytes: number, fetch: Fetch): Fetch {
  const blocks = new Map<number, Promise<Buffer>>();

  function block(index: number): Promise<Buffer> {
    const start = index * BLOCK_BYTES;
    const found = blocks.get(index) ?? fetch(start, Math.min(start + BLOCK_BYTES, bytes));
    blocks.delete(index);
    blocks.set(index, found);
    for (const oldest of blocks.keys()) {
      if (blocks.size <= BLOCKS_KEPT) break;
      blocks.delete(oldest);
    }
    return found;
  }

  function readAhead(index: number): void {
    if (blocks.has(index) || index * BLOCK_BYTES >= bytes) return;
    // Nobody may ever read it; whoever does still meets the error.
    block(index).catch(() => undefined);
  }

  return async (start, end) => {
    if (end - start > LONGEST_READ) throw new RangeError(`a read of ${end - start} bytes`);
    const first = Math.floor(start / BLOCK_BYTES);
    const last = Math.floor((end - 1) / BLOCK_BYTES);
    const forward = blocks.has(first - 1) || first === 0;
    const pieces: Buffer[] = [];
    for (let index = first; index <= last; index += 1) {
      const from = index * BLOCK_BYTES;
      pieces.push((await block(index)).subarray(Math.max(0, start - from), end - from));
    }
    if (forward) readAhead(last + 1);
    const [piece] = pieces;
    return piece !== undefined && pieces.length === 1 ? piece : Buffer.concat(pieces);
  };
}
