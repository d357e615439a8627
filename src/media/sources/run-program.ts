import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

export type ProgramLimits = { milliseconds: number; bytes: number };
type ProgramResult = { code: number | null; stdout: string; stderr: string };

/** The program took too long, or said too much. */
export class ProgramStopped extends Error {
  override readonly name = 'ProgramStopped';
}

/**
 * Runs a program with these arguments, without a shell and with this environment alone. The limits and the abort end it and
 * its children: then this throws ProgramStopped, or the abort's reason.
 */
export async function runProgram(
  path: string,
  args: readonly string[],
  { env, limits, signal }: { env: Record<string, string>; limits: ProgramLimits; signal: AbortSignal },
): Promise<ProgramResult> {
  signal.throwIfAborted();
  const excess = new AbortController();
  const stopped = AbortSignal.any([signal, excess.signal]);
  // A group of its own: standalone builds run as a child of themselves, which must not outlive them.
  const child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe'], shell: false, detached: true });
  const stop = () => killGroup(child);
  stopped.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => excess.abort(new ProgramStopped(`${limits.milliseconds} ms`)), limits.milliseconds);
  const tooMuch = () => excess.abort(new ProgramStopped(`more than ${limits.bytes} bytes`));
  try {
    const [stdout, stderr] = await Promise.all([
      textOf(child.stdout, limits.bytes, tooMuch),
      textOf(child.stderr, limits.bytes, tooMuch),
      once(child, 'close'),
    ]);
    stopped.throwIfAborted();
    return { code: child.exitCode, stdout, stderr };
  } catch (error) {
    throw stopped.aborted ? stopped.reason : error;
  } finally {
    clearTimeout(timer);
    stopped.removeEventListener('abort', stop);
  }
}

function killGroup({ pid, stdout, stderr }: ChildProcess): void {
  // Whoever left the group could keep them open for ever.
  stdout?.destroy();
  stderr?.destroy();
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!gone) throw error;
  }
}

async function textOf(stream: Readable, limit: number, tooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > limit) tooMuch();
    else chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
