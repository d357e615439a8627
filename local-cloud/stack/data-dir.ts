import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { takeLock } from '../processes/lock-file.ts';

const MARKER = 'local-cloud.json';
const LOCK = 'local-cloud.lock';
const markerFile = z.object({ stackUuid: z.string() });

/** Why a data folder cannot be used; the message says what to do. */
export class DataDirRefused extends Error {
  override readonly name = 'DataDirRefused';
}

export type DataDir = {
  path: string;
  /** Ends the stack's ARN; the same as long as the folder lives. */
  stackUuid: string;
  release(): void;
};

/** Takes the folder for this process alone, until it is released or the process ends, however it ends. Throws DataDirRefused. */
export async function openDataDir(directory: string): Promise<DataDir> {
  const root = path.resolve(directory);
  mkdirSync(root, { recursive: true });
  const lock = path.join(root, LOCK);
  const holder = await takeLock(lock);
  if (holder !== null)
    throw new DataDirRefused(
      `${root} is in use by process ${holder}. Stop that one first, or set DATA_DIR to another folder.`,
    );
  const marker = path.join(root, MARKER);
  if (!existsSync(marker)) {
    writeFileSync(`${marker}.new`, JSON.stringify({ stackUuid: randomUUID() }));
    renameSync(`${marker}.new`, marker);
  }
  const { stackUuid } = markerFile.parse(JSON.parse(readFileSync(marker, 'utf8')));
  return { path: root, stackUuid, release: () => rmSync(lock, { force: true }) };
}

/** Whether a folder holds the data of a stack. */
export function isDataDir(directory: string): boolean {
  return existsSync(path.join(directory, MARKER));
}

/** Empties a data folder, and refuses any other folder that holds something, or one in use. Throws DataDirRefused. */
export async function emptyDataDir(directory: string): Promise<void> {
  const root = path.resolve(directory);
  if (!existsSync(root) || readdirSync(root).length === 0) return;
  if (!isDataDir(root))
    throw new DataDirRefused(
      `${root} is not a data folder of the local cloud (it has no ${MARKER}): it is left as it is.`,
    );
  const held = await openDataDir(root);
  // The marker goes last: an emptying that is interrupted can be done again.
  for (const name of readdirSync(root))
    if (name !== MARKER && name !== LOCK) rmSync(path.join(root, name), { recursive: true });
  rmSync(path.join(root, MARKER));
  held.release();
}
