import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

type Process = { pid: number; rssMb: number; args: string };

/** The processes that one has started. */
async function childrenOf(parent: number): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'ppid=,pid=,rss=,args=']);
  return stdout.split('\n').flatMap((line) => {
    const [, ppid, pid, rss, args = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return Number(ppid) === parent ? [{ pid: Number(pid), rssMb: Number(rss) / 1024, args }] : [];
  });
}

const isWorker = ({ args }: Process): boolean => args.includes('worker.mjs');

/** `kill -9` to every function that the stack runs; the answer is how many there were. */
export async function killFunctions(stackPid: number): Promise<number> {
  const workers = (await childrenOf(stackPid)).filter(isWorker);
  for (const { pid } of workers) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
  return workers.length;
}

export type Memory = { stack: number; engine: number; functions: number; functionCount: number };

/** Megabytes of the stack itself, of its DynamoDB engine and of its functions. */
export async function memoryOf(stackPid: number): Promise<Memory> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(stackPid)]);
  const children = await childrenOf(stackPid);
  const workers = children.filter(isWorker);
  const sum = (all: Process[]) => Math.round(all.reduce((total, { rssMb }) => total + rssMb, 0));
  return {
    stack: Math.round(Number(stdout) / 1024),
    engine: sum(children.filter(({ args }) => args.includes('dynoxide'))),
    functions: sum(workers),
    functionCount: workers.length,
  };
}
