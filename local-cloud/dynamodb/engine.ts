import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dieWithMe } from '../processes/watchdog.ts';
import { engineLock } from './engine-lock.ts';
import { engineProgram } from './engine-program.ts';

const READY_MS = 10_000;
const POLL_MS = 10;
const LAST_WORDS = 2_000;
const STOP_MS = 3_000;
// So that one that always dies costs next to nothing.
const REVIVE_MS = 200;

export type Engine = { endpoint: string; stop(): Promise<void> };

/**
 * The engine as a child process on a free port, its database in `dir` or, without one, in memory. It ends with this
 * process, however that ends. When it dies alone it is started again where it was; without a `dir` its data are gone.
 */
export async function startEngine(dir: string | undefined): Promise<Engine> {
  const program = engineProgram();
  const database = dir === undefined ? undefined : resolve(dir, 'dynamodb.sqlite');
  const lock = database === undefined ? undefined : engineLock(database);
  if (database !== undefined) {
    await mkdir(join(database, '..'), { recursive: true });
    await lock?.claim();
    if (!existsSync(database)) await beginWith(database);
  }
  const port = await freePort();
  let stopping = false;
  let child: ChildProcess;
  let revival: Promise<void> | undefined;

  const start = async (): Promise<void> => {
    const args = ['--port', String(port), ...(database === undefined ? [] : ['--db-path', database])];
    // Its own process group: Ctrl-C reaches this process alone, which ends the engine last.
    child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const forget = child.pid === undefined ? () => undefined : dieWithMe(child.pid);
    let lastWords = '';
    child.stderr?.on('data', (chunk) => {
      lastWords = (lastWords + String(chunk)).slice(-LAST_WORDS);
    });
    const died = new Promise<Error>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, signal) => {
        forget();
        resolve(new Error(`The DynamoDB engine ended (${signal ?? `exit code ${code}`}). ${lastWords.trim()}`));
      });
    });
    if (child.pid !== undefined) await lock?.hold(child.pid);
    const over = new AbortController();
    const failure = await Promise.race([untilReady(port, over.signal), died]);
    over.abort();
    if (failure !== undefined) {
      child.kill('SIGKILL');
      throw failure;
    }
    void died.then(revive);
  };
  const revive = (reason: Error): void => {
    if (stopping) return;
    console.error(`${reason.message} Starting it again.`);
    revival = sleep(REVIVE_MS)
      .then(start)
      // One that cannot start stays down: its service answers 500 by then, and this line says why.
      .catch((error: unknown) => console.error('The DynamoDB engine cannot be started again:', error));
  };

  await start();
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async stop() {
      stopping = true;
      await revival;
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
        await exited;
        clearTimeout(force);
      }
      await lock?.release();
    },
  };
}

/** What the engine would make, with indexes that keep a stream as quick with a million records as with none. */
async function beginWith(database: string): Promise<void> {
  const unfinished = `${database}.new`;
  await copyFile(new URL('empty.sqlite', import.meta.url), unfinished);
  await rename(unfinished, database);
}

async function untilReady(port: number, over: AbortSignal): Promise<Error | undefined> {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline && !over.aborted) {
    // Any answer will do: it listens.
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return undefined;
    await sleep(POLL_MS);
  }
  return new Error(`The DynamoDB engine did not answer within ${READY_MS} ms.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
