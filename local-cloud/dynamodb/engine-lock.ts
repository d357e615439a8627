import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { commandLine, isRunning } from '../processes/process-table.ts';

const POLL_MS = 20;

const holders = z.object({ host: z.int().positive(), engine: z.int().positive() });

export type EngineLock = {
  /** Ends an engine whose host died; throws when the database belongs to a host that lives. */
  claim(): Promise<void>;
  hold(enginePid: number): Promise<void>;
  release(): Promise<void>;
};

/** Keeps two engines from opening one database file: `<database>.lock` names the engine that has it and that engine's host. */
export function engineLock(database: string): EngineLock {
  const file = `${database}.lock`;
  return {
    async claim() {
      const held = parseHolders(await readFile(file, 'utf8').catch(() => ''));
      // A process id is used again after a while: only one whose command names the database is the engine.
      const isEngine = async (pid: number): Promise<boolean> => (await commandLine(pid)).includes(database);
      if (held === null || !(await isEngine(held.engine))) return;
      if (isRunning(held.host)) throw new Error(`${database} is in use by process ${held.host}.`);
      process.kill(held.engine, 'SIGKILL');
      while (await isEngine(held.engine)) await sleep(POLL_MS);
    },
    hold: (enginePid) => writeFile(file, JSON.stringify({ host: process.pid, engine: enginePid })),
    release: () => rm(file, { force: true }),
  };
}

function parseHolders(text: string): z.infer<typeof holders> | null {
  try {
    return holders.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
