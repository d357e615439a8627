import { fork } from 'node:child_process';
import { once } from 'node:events';
import { answer, type Answer, type Command, type Report } from './crowd-messages.ts';

export type Crowd = {
  /** Opens sockets, so many at once, and waits until all of them have been told their state. */
  open(paths: { path: string; count: number }[], atOnce: number): Promise<{ seconds: number; retried: number }>;
  /** From now on latencies count. */
  listen(): Promise<void>;
  /** What was heard, compared with what must have been. */
  report(expected: Record<string, string[]>): Promise<Report>;
  /** `kill -9`: its sockets close without a word. */
  kill(): void;
};

/** Listeners in a process of their own. */
export function startCrowd(appUrl: string): Crowd {
  const child = fork('bench/live/listeners.ts', [appUrl], { execArgv: ['--import', 'tsx'] });
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the listeners have ended: ${code ?? signal}`);
  });
  died.catch(() => undefined);
  const ask = async (command: Command): Promise<Answer> => {
    child.send(command);
    const [said] = await Promise.race([once(child, 'message'), died]);
    return answer.parse(said);
  };
  return {
    async open(paths, atOnce) {
      const began = performance.now();
      const { retried = 0 } = await ask({ do: 'open', paths, atOnce });
      return { seconds: (performance.now() - began) / 1000, retried };
    },
    async listen() {
      await ask({ do: 'listen' });
    },
    async report(expected) {
      const { report } = await ask({ do: 'report', expected });
      if (report === undefined) throw new Error('the listeners gave no report');
      return report;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
