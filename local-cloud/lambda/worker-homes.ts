import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../processes/process-table.ts';

// With the host's process id, so that the next host knows which of them nobody will remove any more.
const HOME = /^lambda-(\d+)-/;

/** A folder of its own for one worker, its HOME and TMPDIR. */
export function makeHome(tmpDir: string): string {
  return mkdtempSync(join(tmpDir, `lambda-${process.pid}-`));
}

/** Makes the folder if need be, and removes the homes of workers whose host was killed before it could. */
export function removeOrphanedHomes(tmpDir: string): void {
  mkdirSync(tmpDir, { recursive: true });
  for (const name of readdirSync(tmpDir)) {
    const host = HOME.exec(name)?.[1];
    if (host !== undefined && !isRunning(Number(host))) rmSync(join(tmpDir, name), { recursive: true, force: true });
  }
}
