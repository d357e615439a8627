import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';

/** Where a line lies in its journal. */
export type Place = { offset: number; length: number };

const CHUNK = 1 << 20;
const NEWLINE = 0x0a;

/**
 * An append-only file of lines. What `append` returned for is in the file whatever kills the process afterwards
 * (it is not synced to the disk: a power cut may take the last lines). A line cut off in the middle is dropped at open.
 */
export class Journal {
  readonly #path: string;
  #file: number;
  #size: number;

  constructor(path: string) {
    this.#path = path;
    rmSync(`${path}.new`, { force: true });
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'wx+');
    this.#size = fstatSync(this.#file).size;
  }

  get size(): number {
    return this.#size;
  }

  /** Gives every whole line to `onLine`, in order, and forgets the rest of a line that was never finished. */
  replay(onLine: (line: string, place: Place) => void): void {
    const chunk = Buffer.alloc(CHUNK);
    let pending: Buffer[] = [];
    let lineStart = 0;
    for (let position = 0; ;) {
      const count = readSync(this.#file, chunk, 0, CHUNK, position);
      if (count === 0) break;
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1 && end < count; end = chunk.indexOf(NEWLINE, start)) {
        const line = Buffer.concat([...pending, chunk.subarray(start, end)]);
        pending = [];
        onLine(line.toString('utf8'), { offset: lineStart, length: line.length });
        lineStart = position + end + 1;
        start = end + 1;
      }
      if (start < count) pending.push(Buffer.from(chunk.subarray(start, count)));
      position += count;
    }
    if (lineStart < this.#size) ftruncateSync(this.#file, lineStart);
    this.#size = lineStart;
  }

  /** Writes the lines in one go, all or none of them, and says where each lies. */
  append(lines: string[]): Place[] {
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''), 'utf8');
    try {
      writeWhole(this.#file, bytes, this.#size);
    } catch (error) {
      ftruncateSync(this.#file, this.#size);
      throw error;
    }
    const places: Place[] = [];
    for (const line of lines) {
      const length = Buffer.byteLength(line, 'utf8');
      places.push({ offset: this.#size, length });
      this.#size += length + 1;
    }
    return places;
  }

  read(place: Place): string {
    return this.#bytes(place).toString('utf8');
  }

  /** Replaces the whole file, at once, by new lines and lines it already holds; says where each lies then. */
  rewrite(lines: Iterable<string | Place>): Place[] {
    const path = `${this.#path}.new`;
    const file = openSync(path, 'w+');
    const places: Place[] = [];
    let size = 0;
    let batch: Buffer[] = [];
    let batched = 0;
    const flush = (): void => {
      writeWhole(file, Buffer.concat(batch), size - batched);
      batch = [];
      batched = 0;
    };
    try {
      for (const line of lines) {
        const bytes = typeof line === 'string' ? Buffer.from(line, 'utf8') : this.#bytes(line);
        places.push({ offset: size, length: bytes.length });
        batch.push(bytes, Buffer.from('\n'));
        batched += bytes.length + 1;
        size += bytes.length + 1;
        if (batched >= CHUNK) flush();
      }
      flush();
      renameSync(path, this.#path);
    } catch (error) {
      closeSync(file);
      rmSync(path, { force: true });
      throw error;
    }
    closeSync(this.#file);
    this.#file = file;
    this.#size = size;
    return places;
  }

  close(): void {
    closeSync(this.#file);
  }

  #bytes(place: Place): Buffer {
    const bytes = Buffer.alloc(place.length);
    let done = 0;
    while (done < place.length) {
      const count = readSync(this.#file, bytes, done, place.length - done, place.offset + done);
      if (count === 0) throw new Error(`${this.#path} ends before byte ${place.offset + place.length}`);
      done += count;
    }
    return bytes;
  }
}

function writeWhole(file: number, bytes: Buffer, position: number): void {
  let done = 0;
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
