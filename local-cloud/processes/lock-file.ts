import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { commandLine, isRunning } from './process-table.ts';

/**
 * Takes a lock for this process until the file is removed or the process ends, however it ends. Null: it is ours; else the
 * number of the process that has it.
 */
export async function takeLock(lock: string): Promise<number | null> {
  const mine = `${lock}.${randomUUID()}`;
  const dead = `${mine}.dead`;
  writeFileSync(mine, `${process.pid}\n${await commandLine(process.pid)}`);
  try {
    for (;;) {
      if (link(mine, lock)) return null;
      const holder = await holderOf(lock);
      if (holder !== undefined) return holder;
      // Renamed, not removed: of several processes that find the same dead lock, one alone can move it away.
      if (!move(lock, dead)) continue;
      const moved = await holderOf(dead);
      if (moved !== undefined) {
        link(dead, lock);
        return moved;
      }
      rmSync(dead, { force: true });
    }
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
