import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { commandLine, isRunning } from '../processes/process-table.ts';

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
  await takeLock(lock);
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

async function takeLock(lock: string): Promise<void> {
  const folder = path.dirname(lock);
  const mine = `${lock}.${randomUUID()}`;
  const dead = `${mine}.dead`;
  writeFileSync(mine, `${process.pid}\n${await commandLine(process.pid)}`);
  try {
    if (link(mine, lock)) return;
    const holder = await holderOf(lock);
    if (holder !== undefined)
      throw new DataDirRefused(
        `${folder} is in use by process ${holder}. Stop that one first, or set DATA_DIR to another folder.`,
      );
    // Renamed, not removed: of several processes that find the same dead lock, one alone can move it away.
    if (!move(lock, dead)) throw new DataDirRefused(`${folder} was taken by another process just now.`);
    const moved = await holderOf(dead);
    if (moved !== undefined) link(dead, lock);
    if (moved !== undefined || !link(mine, lock))
      throw new DataDirRefused(`${folder} was taken by another process just now.`);
  } finally {
    rmSync(mine, { force: true });
    rmSync(dead, { force: true });
  }
}

/** False when there is already something at `to`. */
function link(from: string, to: string): boolean {
  return unless('EEXIST', () => linkSync(from, to));
}

/** False when there is nothing at `from` any more. */
function move(from: string, to: string): boolean {
  return unless('ENOENT', () => renameSync(from, to));
}

function unless(code: string, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return false;
    throw error;
  }
}

/** The process that holds the lock. After a reboot its number may be another program's, so its command line must be the same. */
async function holderOf(lock: string): Promise<number | undefined> {
  const [first = '', command = ''] = existsSync(lock) ? readFileSync(lock, 'utf8').split('\n') : [];
  const pid = Number(first);
  if (!(pid > 0) || !isRunning(pid)) return undefined;
  return (await commandLine(pid)) === command ? pid : undefined;
}
