import { availableParallelism, totalmem } from 'node:os';
import { functionEnvironment, type FunctionDefinition } from './function-definition.ts';
import { FunctionNotFound, TooManyRequests } from './lambda-refusals.ts';
import type { Failure } from './worker-messages.ts';
import { startWorker, type Outcome, type Run, type Worker } from './worker-process.ts';

const WORKER_BYTES = 100 * 1024 * 1024;
/** More processes of one function only take the CPU from each other, as long as one of them comes free now and then. */
const ENOUGH_WORKERS = 2 * Math.max(2, availableParallelism());
const NONE_FREE_MS = 50;

type Waiting = { run: Run; resolve: (outcome: Outcome) => void; reject: (error: Error) => void };

type Pool = {
  definition: FunctionDefinition;
  /** Invocations accepted and not ended, waiting ones too. */
  inFlight: number;
  waiting: Waiting[];
  /** The last one used is the first used again, so that a quiet function ends with few. */
  idle: { worker: Worker; reaper: NodeJS.Timeout }[];
  starting: Set<Worker>;
  busy: number;
  /** When an invocation last ended, by `performance.now()`. */
  freedAt: number;
};

export type WorkerPool = {
  register: (definition: FunctionDefinition) => void;
  definition: (functionName: string) => FunctionDefinition;
  definitions: () => FunctionDefinition[];
  /** Runs it in a free worker, or in one started for it, whichever is there first. Throws FunctionNotFound, TooManyRequests. */
  run: (functionName: string, run: Run) => Promise<Outcome>;
  workers: () => { functionName: string; pid: number; busy: boolean }[];
  stop: () => Promise<void>;
};

/**
 * Two limits are the template's: a function's reserved concurrency and the account's. Three are this machine's, and make
 * an invocation wait instead of refusing it: how many processes its memory holds, how many may start at once, and how many keep
 * its CPU busy.
 */
export function createWorkerPool(options: {
  log: (line: string) => void;
  accountConcurrency: number;
  tmpDir: string;
  idleMs: number;
}): WorkerPool {
  const maxWorkers = Math.max(8, Math.floor(totalmem() / 2 / WORKER_BYTES));
  const maxStarting = Math.max(2, availableParallelism());
  const pools = new Map<string, Pool>();
  const workers = new Map<Worker, { exited: Promise<void>; markExited(): void }>();
  let stopping = false;

  const poolOf = (functionName: string): Pool => {
    const pool = pools.get(functionName);
    if (pool === undefined) throw new FunctionNotFound(functionName);
    return pool;
  };
  const allPools = (): Pool[] => [...pools.values()];
  const inFlight = (): number => allPools().reduce((sum, pool) => sum + pool.inFlight, 0);
  const starting = (): number => allPools().reduce((sum, pool) => sum + pool.starting.size, 0);

  const assign = async (pool: Pool, worker: Worker, { run, resolve }: Waiting): Promise<void> => {
    pool.busy += 1;
    const outcome = await worker.run(run);
    pool.busy -= 1;
    pool.freedAt = performance.now();
    release(pool, worker);
    resolve(outcome);
  };
  const release = (pool: Pool, worker: Worker): void => {
    if (!worker.isAlive()) return;
    if (worker.definition !== pool.definition || stopping) return worker.kill();
    const reaper = setTimeout(() => worker.kill(), options.idleMs).unref();
    pool.idle.push({ worker, reaper });
    pump();
  };
  const takeIdle = (pool: Pool, which: 'newest' | 'oldest'): Worker | undefined => {
    const found = which === 'newest' ? pool.idle.pop() : pool.idle.shift();
    clearTimeout(found?.reaper);
    return found?.worker;
  };
  const madeRoom = (): boolean => {
    if (workers.size < maxWorkers) return true;
    // It starts when this one's exit is seen.
    const idle = allPools().find((pool) => pool.idle.length > 0);
    if (idle !== undefined) takeIdle(idle, 'oldest')?.kill();
    return false;
  };
  const start = (pool: Pool): void => {
    const worker = startWorker(pool.definition, options, {
      onReady(worker) {
        pool.starting.delete(worker);
        release(pool, worker);
      },
      onExit(worker, failure) {
        workers.get(worker)?.markExited();
        workers.delete(worker);
        const wasStarting = pool.starting.delete(worker);
        forgetIdle(pool, worker);
        if (wasStarting && failure !== undefined) failOldest(pool, worker, failure);
        pump();
      },
    });
    pool.starting.add(worker);
    let markExited = (): void => undefined;
    const exited = new Promise<void>((resolve) => {
      markExited = resolve;
    });
    workers.set(worker, { exited, markExited });
  };
  const forgetIdle = (pool: Pool, worker: Worker): void => {
    clearTimeout(pool.idle.find((each) => each.worker === worker)?.reaper);
    pool.idle = pool.idle.filter((each) => each.worker !== worker);
  };
  /** As on AWS, a function whose code does not load fails the invocation it was started for. */
  const failOldest = (pool: Pool, worker: Worker, failure: Failure): void => {
    if (worker.definition !== pool.definition) return;
    pool.waiting.shift()?.resolve({ payload: JSON.stringify(failure), failure });
  };
  /** A burst of short invocations is over sooner when those processes that are warm see to it. */
  const getsBy = (pool: Pool): boolean =>
    pool.busy >= ENOUGH_WORKERS && performance.now() - pool.freedAt < NONE_FREE_MS;
  /** The one with the fewest starts under way: a burst on one function does not keep the others out. */
  const neediest = (): Pool | undefined =>
    allPools()
      .filter((pool) => pool.waiting.length > pool.starting.size && !getsBy(pool))
      .sort((a, b) => a.starting.size - b.starting.size)[0];
  const pump = (): void => {
    if (stopping) return;
    for (const pool of pools.values()) {
      while (pool.idle.length > 0 && pool.waiting.length > 0) {
        const worker = takeIdle(pool, 'newest');
        const next = worker?.isAlive() === true ? pool.waiting.shift() : undefined;
        if (worker !== undefined && next !== undefined) void assign(pool, worker, next);
      }
    }
    for (let next = neediest(); next !== undefined && starting() < maxStarting && madeRoom(); next = neediest())
      start(next);
    if (allPools().some((pool) => pool.waiting.length > 0 && getsBy(pool)))
      again ??= setTimeout(pumpAgain, NONE_FREE_MS);
  };
  let again: NodeJS.Timeout | undefined;
  const pumpAgain = (): void => {
    again = undefined;
    pump();
  };

  return {
    register(definition) {
      functionEnvironment(definition, '');
      const pool = pools.get(definition.name);
      if (pool === undefined) {
        const none = { inFlight: 0, waiting: [], idle: [], starting: new Set<Worker>(), busy: 0, freedAt: -Infinity };
        pools.set(definition.name, { definition, ...none });
        return;
      }
      pool.definition = definition;
      for (let old = takeIdle(pool, 'newest'); old !== undefined; old = takeIdle(pool, 'newest')) old.kill();
    },
    definition: (functionName) => poolOf(functionName).definition,
    definitions: () => allPools().map((pool) => pool.definition),
    async run(functionName, run) {
      if (stopping) throw new Error('The Lambda host is stopping.');
      const pool = poolOf(functionName);
      if (pool.inFlight >= (pool.definition.reservedConcurrency ?? Infinity)) {
        throw new TooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
      }
      if (inFlight() >= options.accountConcurrency) throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
      pool.inFlight += 1;
      try {
        return await new Promise<Outcome>((resolve, reject) => {
          pool.waiting.push({ run, resolve, reject });
          pump();
        });
      } finally {
        pool.inFlight -= 1;
      }
    },
    workers: () =>
      [...workers.keys()].map((worker) => ({
        functionName: worker.definition.name,
        pid: worker.pid,
        busy: !allPools().some((pool) => pool.starting.has(worker) || pool.idle.some((each) => each.worker === worker)),
      })),
    async stop() {
      stopping = true;
      clearTimeout(again);
      const ends = [...workers.values()].map(({ exited }) => exited);
      for (const worker of workers.keys()) worker.kill();
      for (const pool of pools.values()) {
        for (const { reject } of pool.waiting.splice(0)) reject(new Error('The Lambda host is stopping.'));
      }
      await Promise.all(ends);
    },
  };
}
