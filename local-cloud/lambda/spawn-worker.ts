import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { dieWithMe } from '../processes/watchdog.ts';
import { functionEnvironment, type FunctionDefinition } from './function-definition.ts';
import { forEachLine } from './log-lines.ts';
import { makeHome } from './worker-homes.ts';

const PROGRAM = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const PIPE = 4;
/** A grandchild that left the group may hold its output open; nobody waits for it longer. */
const LAST_OUTPUT_MS = 1_000;

export type WorkerChild = { child: ChildProcess; pid: number; pipe: Duplex; kill: () => void };

/** Starts worker.mjs for the function, sealed off from the host's environment. What it holds goes when it goes: children and files in its TMPDIR too. */
export function spawnWorker(
  definition: FunctionDefinition,
  options: { tmpDir: string; print: (line: string) => void },
): WorkerChild {
  const home = makeHome(options.tmpDir);
  const child = fork(PROGRAM, [], {
    cwd: definition.codeDir,
    env: functionEnvironment(definition, home),
    execArgv: nodeOptions(definition.memoryMb),
    serialization: 'advanced',
    // A process group of its own: killing it kills its children, and Ctrl-C reaches the host alone, which then ends it in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
  });
  const pid = child.pid ?? 0;
  const forget = pid === 0 ? () => undefined : dieWithMe(-pid);
  const kill = (): void => {
    if (pid !== 0) killGroup(pid);
  };
  for (const output of [child.stdout, child.stderr]) if (output !== null) forEachLine(output, options.print);
  child.on('error', (error) => options.print(`worker: ${error.message}`));
  child.once('exit', () => {
    kill();
    forget();
    rmSync(home, { recursive: true, force: true });
    setTimeout(() => child.stdio.forEach((each) => each?.destroy()), LAST_OUTPUT_MS).unref();
  });
  const pipe = child.stdio[PIPE];
  if (!(pipe instanceof Duplex)) throw new Error('a worker without its pipe');
  pipe.on('error', () => undefined);
  pipe.pause();
  return { child, pid, pipe, kill };
}

// No margin: on AWS, too, Node's own 45 MB or so come out of the function's memory.
function nodeOptions(memoryMb: number): string[] {
  const semiSpace = Math.min(16, Math.max(2, Math.floor(memoryMb / 20)));
  return [`--max-old-space-size=${memoryMb}`, `--max-semi-space-size=${semiSpace}`, '--max-http-header-size=81920'];
}

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
