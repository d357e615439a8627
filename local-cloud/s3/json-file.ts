import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as z from 'zod';

/**
 * Replaces a file as a whole: a reader, or the next process after a kill, finds the old content or the new one.
 * It does not wait for the disk, so a power cut may lose the last seconds.
 */
export async function writeJsonFile(path: string, content: unknown): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, JSON.stringify(content));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Every JSON file of a directory, parsed; removes the temporary ones that a crash left there. */
export async function readJsonFiles<T>(dir: string, schema: z.ZodType<T>): Promise<T[]> {
  const names = await readdir(dir);
  const read = async (name: string): Promise<T[]> => {
    const path = join(dir, name);
    if (name.endsWith('.tmp')) await rm(path, { force: true });
    if (!name.endsWith('.json')) return [];
    return [schema.parse(JSON.parse(await readFile(path, 'utf8')))];
  };
  const contents: T[] = [];
  for (let at = 0; at < names.length; at += BATCH)
    contents.push(...(await Promise.all(names.slice(at, at + BATCH).map(read))).flat());
  return contents;
}

const BATCH = 256;
