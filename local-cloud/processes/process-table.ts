import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const KIB = 1024;

/** Bytes of memory the process holds; null when it has ended, or on Windows, where this is not measured. */
export async function residentBytes(pid: number): Promise<number | null> {
  const kibibytes =
    process.platform === 'linux'
      ? /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => ''))?.[1]
      : await ps(pid, 'rss=');
  return kibibytes === undefined || kibibytes === '' ? null : Number(kibibytes) * KIB;
}

/** The command line of a running process; the empty string when there is none, or on Windows. */
export async function commandLine(pid: number): Promise<string> {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return line.replaceAll('\0', ' ').trim();
}

export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It exists, and is another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function ps(pid: number, column: string): Promise<string> {
  if (process.platform === 'win32') return '';
  const answer = promisify(execFile)('ps', ['-o', column, '-p', String(pid)]);
  return answer.then(({ stdout }) => stdout.trim()).catch(() => '');
}
