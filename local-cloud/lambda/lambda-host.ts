import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import type { AwsService } from '../aws-request.ts';
import { createAsyncInvocations } from './async-invocations.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { Invoker, StreamedInvocation } from './invoker.ts';
import { lambdaApi } from './lambda-api.ts';
import { FunctionFailed, RequestTooLarge } from './lambda-refusals.ts';
import { removeOrphanedHomes } from './worker-homes.ts';
import { createWorkerPool } from './worker-pool.ts';
import type { Outcome, Run } from './worker-process.ts';

export type { FunctionDefinition } from './function-definition.ts';

const MAX_REQUEST_BYTES = 6 * 1024 * 1024;
const MAX_TRACE_LINES = 20;

export type LambdaHost = Invoker & {
  /** Makes the function known, or replaces it: what runs ends with the old code, everything later has the new. */
  register(definition: FunctionDefinition): void;
  /** The Lambda API: Invoke, GetFunction, ListFunctions. */
  service: AwsService;
  workers(): { functionName: string; pid: number; busy: boolean }[];
  /** Kills every worker; invocations in flight fail, asynchronous ones still queued are forgotten. */
  stop(): Promise<void>;
};

/**
 * Runs functions as Lambda does: each invocation alone in a process of its own environment, memory and time, processes
 * reused while warm. Unlike on AWS a process is not frozen between invocations, its CPU is not limited, and a streamed
 * response is not slowed down to 2 MB/s.
 */
export function createLambdaHost(
  options: {
    log?: (line: string) => void;
    accountConcurrency?: number;
    /** The host's own folder, in which each worker gets its TMPDIR; absent: the system's. */
    tmpDir?: string;
    /** AWS waits 1 and 2 minutes. */
    asyncRetryDelaysMs?: readonly number[];
    /** How long a warm worker waits for its next invocation. */
    idleMs?: number;
  } = {},
): LambdaHost {
  const log = options.log ?? console.log;
  if (options.tmpDir !== undefined) removeOrphanedHomes(options.tmpDir);
  const pool = createWorkerPool({
    log,
    accountConcurrency: options.accountConcurrency ?? 1000,
    tmpDir: options.tmpDir ?? tmpdir(),
    idleMs: options.idleMs ?? 60_000,
  });
  const run = async (functionName: string, run: Run): Promise<Outcome> => {
    if (Buffer.byteLength(run.payload) > MAX_REQUEST_BYTES) throw new RequestTooLarge(MAX_REQUEST_BYTES);
    const outcome = await pool.run(functionName, run);
    if (outcome.failure !== undefined) {
      const { errorType, errorMessage, trace } = outcome.failure;
      const lines = [`${errorType}: ${errorMessage}`, ...trace.slice(1, MAX_TRACE_LINES)];
      for (const line of lines) log(`[${functionName} ${run.requestId.slice(0, 6)}] ${line}`);
    }
    return outcome;
  };
  const queue = createAsyncInvocations({ run, log, retryDelaysMs: options.asyncRetryDelaysMs ?? [1_000, 2_000] });

  const invoker: Invoker = {
    async invoke(functionName, payload) {
      const requestId = randomUUID();
      const outcome = await run(functionName, { payload, requestId });
      const { payload: result, failure } = outcome;
      return { payload: result, requestId, ...(failure === undefined ? {} : { functionError: 'Unhandled' }) };
    },
    invokeAsync(functionName, payload) {
      queue.add(pool.definition(functionName), payload);
    },
    /** A handler that does not stream gives its result as the body, as JSON, and no metadata: unwrapping it is the caller's. */
    invokeStreaming: (functionName, payload) =>
      new Promise<StreamedInvocation>((resolve, reject) => {
        const settle = ({ payload, failure }: Outcome): void => {
          if (failure === undefined) resolve({ body: Readable.from([payload], { objectMode: false }) });
          else reject(new FunctionFailed(failure));
        };
        // Once the stream has started, how it goes on is told by its body: settling it again does nothing.
        void run(functionName, { payload, requestId: randomUUID(), onStream: resolve }).then(settle, reject);
      }),
  };
  return {
    ...invoker,
    register: pool.register,
    service: lambdaApi({ ...invoker, enqueue: queue.add, definition: pool.definition, definitions: pool.definitions }),
    workers: pool.workers,
    stop() {
      queue.stop();
      return pool.stop();
    },
  };
}
