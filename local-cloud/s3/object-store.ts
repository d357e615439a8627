import { createHash } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { checksum } from './checksums.ts';
import { type DataFiles, segment } from './data-files.ts';
import { readJsonFiles, writeJsonFile } from './json-file.ts';
import { type SortedKeys, sortKeys } from './keys.ts';
import { serially } from './serially.ts';

export const tag = z.object({ key: z.string(), value: z.string() });
export type Tag = z.infer<typeof tag>;

/** What travels with an object besides its bytes. */
export const description = z.object({
  /** Content-Type, Cache-Control… by their lower-case names. */
  headers: z.record(z.string(), z.string()),
  /** User metadata, without the `x-amz-meta-`. */
  metadata: z.record(z.string(), z.string()),
  tags: z.array(tag),
});
export type Description = z.infer<typeof description>;

const storedObject = description.extend({
  key: z.string(),
  size: z.number(),
  /** Without quotes. */
  etag: z.string(),
  lastModified: z.iso.datetime(),
  checksum: checksum.optional(),
  /** The object is these files, one after the other; several when it was uploaded in parts. */
  segments: z.array(segment),
  multipart: z.boolean(),
});
export type StoredObject = z.infer<typeof storedObject>;

/** Looks at what is there in the same instant in which it is replaced; throws to prevent it. */
export type Precondition = (current: StoredObject | undefined) => void;

export type ObjectStore = {
  get(key: string): StoredObject | undefined;
  keys: SortedKeys;
  count(): number;
  all(): Iterable<StoredObject>;
  /** From its return on the object is there, whole, whatever dies; the bytes it replaced are removed. */
  put(object: StoredObject, precondition?: Precondition): Promise<void>;
  remove(key: string, precondition?: Precondition): Promise<StoredObject | undefined>;
  replaceTags(key: string, tags: Tag[]): Promise<StoredObject | undefined>;
};

/** The objects of one bucket. A metadata file is an object's existence, and names the data files it owns. */
export async function openObjectStore(dir: string, files: DataFiles): Promise<ObjectStore> {
  await mkdir(dir, { recursive: true });
  const objects = new Map<string, StoredObject>();
  for (const object of await readJsonFiles(dir, storedObject)) objects.set(object.key, object);
  const keys = sortKeys(objects.keys());
  const inTurn = serially();

  // A key may be 1,024 bytes of anything; its hash is a file name everywhere, and never another key's.
  const pathOf = (key: string): string => join(dir, `${createHash('sha256').update(key).digest('hex')}.json`);

  const write = async (object: StoredObject): Promise<void> => {
    await writeJsonFile(pathOf(object.key), object);
    objects.set(object.key, object);
    keys.add(object.key);
  };

  return {
    get: (key) => objects.get(key),
    keys,
    count: () => objects.size,
    all: () => objects.values(),
    put: (object, precondition) =>
      inTurn(object.key, async () => {
        const replaced = objects.get(object.key);
        precondition?.(replaced);
        await write(object);
        if (replaced !== undefined) await files.remove(replaced.segments);
      }),
    remove: (key, precondition) =>
      inTurn(key, async () => {
        const removed = objects.get(key);
        precondition?.(removed);
        if (removed === undefined) return undefined;
        await rm(pathOf(key), { force: true });
        objects.delete(key);
        keys.remove(key);
        await files.remove(removed.segments);
        return removed;
      }),
    replaceTags: (key, tags) =>
      inTurn(key, async () => {
        const object = objects.get(key);
        if (object !== undefined) await write({ ...object, tags });
        return object;
      }),
  };
}
