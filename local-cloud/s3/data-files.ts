import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';

/** A file of bytes that never changes; an object is one of them, or as many as its upload had parts. */
export const segment = z.object({ file: z.uuid(), size: z.number() });
export type Segment = z.infer<typeof segment>;

export type DataFiles = {
  /** Writes the bytes to a new file that nothing names yet. When they fail, nothing stays. */
  write(bytes: AsyncIterable<Buffer>): Promise<Segment>;
  /** Reads on even if the files are removed meanwhile. The caller must read the stream to its end or destroy it. */
  read(segments: Segment[], start: number, length: number): Readable;
  /** Removes the files as soon as nobody reads them any more. */
  remove(segments: Segment[]): Promise<void>;
  /** Removes what a crash left behind: every file that is not named. */
  keepOnly(segments: Segment[]): Promise<void>;
};

const CHUNK = 512 * 1024;

export async function openDataFiles(dir: string): Promise<DataFiles> {
  await mkdir(dir, { recursive: true });
  const pathOf = (file: string): string => join(dir, file);
  const readers = new Map<string, number>();
  const condemned = new Set<string>();

  const release = (file: string): void => {
    const left = (readers.get(file) ?? 1) - 1;
    if (left > 0) return void readers.set(file, left);
    readers.delete(file);
    if (condemned.delete(file))
      rm(pathOf(file), { force: true }).catch((error: unknown) => console.error('s3: a data file stays:', error));
  };

  return {
    async write(bytes) {
      const file = randomUUID();
      let size = 0;
      const counted = async function* (): AsyncGenerator<Buffer> {
        for await (const chunk of bytes) {
          size += chunk.length;
          yield chunk;
        }
      };
      try {
        await pipeline(counted, createWriteStream(pathOf(file), { flags: 'wx', highWaterMark: CHUNK }));
      } catch (error) {
        await rm(pathOf(file), { force: true });
        throw error;
      }
      return { file, size };
    },

    read(segments, start, length) {
      const slices = slice(segments, start, length);
      const files = slices.map(({ file }) => file);
      for (const file of files) readers.set(file, (readers.get(file) ?? 0) + 1);
      const open = ({ file, from, to }: Slice): Readable =>
        createReadStream(pathOf(file), { start: from, end: to - 1, highWaterMark: CHUNK });
      const [first, ...others] = slices;
      const stream =
        first !== undefined && others.length === 0
          ? open(first)
          : Readable.from(
              (async function* () {
                for (const one of slices) yield* open(one);
              })(),
              { objectMode: false },
            );
      return stream.once('close', () => files.forEach(release));
    },

    async remove(segments) {
      for (const { file } of segments) {
        if (readers.has(file)) condemned.add(file);
        else await rm(pathOf(file), { force: true });
      }
    },

    async keepOnly(segments) {
      const kept = new Set(segments.map(({ file }) => file));
      for (const file of await readdir(dir)) if (!kept.has(file)) await rm(pathOf(file), { force: true });
    },
  };
}

type Slice = { file: string; from: number; to: number };

function slice(segments: Segment[], start: number, length: number): Slice[] {
  const slices: Slice[] = [];
  let offset = 0;
  for (const { file, size } of segments) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(start + length - offset, size);
    if (from < to) slices.push({ file, from, to });
    offset += size;
  }
  return slices;
}
