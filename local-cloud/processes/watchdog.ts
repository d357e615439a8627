import { spawn, type ChildProcess } from 'node:child_process';

// Nothing a process does itself survives `kill -9`; a shell that reads from it notices at once, since the pipe then ends.
const SCRIPT = `
watched=
while read -r what target; do
  rest=
  for each in $watched; do [ "$each" = "$target" ] || rest="$rest $each"; done
  if [ "$what" = watch ]; then watched="$rest $target"; else watched=$rest; fi
done
[ -z "$watched" ] || kill -9 $watched`;

let shell: ChildProcess | undefined;

/**
 * From now on `target` is killed when this process ends, however it ends; a negative number is a whole process group.
 * Returns what forgets it again, to be called as soon as the target has ended. On Windows nothing is watched.
 */
export function dieWithMe(target: number): () => void {
  if (process.platform === 'win32') return () => undefined;
  shell ??= startShell();
  tell(`watch ${target}`);
  return () => tell(`forget ${target}`);
}

function startShell(): ChildProcess {
  // Its own session: Ctrl-C in the terminal must end this process first, and the watched ones with it.
  const child = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.unref();
  // Deliberately open until this process ends, and no reason for it to go on.
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child;
}

function tell(line: string): void {
  shell?.stdin?.write(`${line}\n`);
}
