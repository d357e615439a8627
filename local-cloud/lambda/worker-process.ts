import { residentBytes } from '../processes/process-table.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { StreamedInvocation } from './invoker.ts';
import { FunctionFailed } from './lambda-refusals.ts';
import { startResponseBody, type ResponseBody } from './response-body.ts';
import { spawnWorker } from './spawn-worker.ts';
import { workerMessage, type Failure, type WorkerMessage } from './worker-messages.ts';

const INIT_MS = 10_000;
const MEMORY_LOOK_MS = 250;
const MIB = 1024 * 1024;

export type Run = {
  payload: string;
  requestId: string;
  /** When given, the bytes of a streaming handler go here as they come, instead of into the outcome. */
  onStream?: (streamed: StreamedInvocation) => void;
};

export type Outcome = { payload: string; failure?: Failure };

export type Worker = {
  readonly pid: number;
  readonly definition: FunctionDefinition;
  /** Runs one invocation; never rejects. When it resolves the worker is free again, or dead: see `isAlive`. */
  run(run: Run): Promise<Outcome>;
  isAlive(): boolean;
  kill(): void;
};

export type WorkerEvents = {
  onReady(worker: Worker): void;
  /** `failure` when it ended before it was ever ready. */
  onExit(worker: Worker, failure?: Failure): void;
};

type Running = Run & { body?: ResponseBody; settle(outcome: Outcome): void };

/** A new process for the function, with its time and memory limits. */
export function startWorker(
  definition: FunctionDefinition,
  options: { log: (line: string) => void; tmpDir: string },
  events: WorkerEvents,
): Worker {
  let label = 'init';
  const { child, pid, pipe, kill } = spawnWorker(definition, {
    tmpDir: options.tmpDir,
    print: (line) => options.log(`[${definition.name} ${label}] ${line}`),
  });
  let running: Running | undefined;
  let ready = false;
  let alive = true;
  let death: Failure | undefined;

  const end = (cause?: Failure): void => {
    alive = false;
    death ??= cause;
    kill();
  };
  const worker: Worker = {
    pid,
    definition,
    isAlive: () => alive,
    kill: () => end(),
    async run(run) {
      label = run.requestId.slice(0, 6);
      const timeoutMs = definition.timeoutSeconds * 1000;
      const deadline = Date.now() + timeoutMs;
      const timer = setTimeout(() => end(timedOut(run.requestId, definition.timeoutSeconds)), timeoutMs);
      const look = setInterval(() => void watchMemory(run.requestId), MEMORY_LOOK_MS);
      const outcome = await new Promise<Outcome>((resolve) => {
        running = { ...run, settle: resolve };
        const { payload, requestId, onStream } = run;
        const traceId = newTraceId(requestId);
        const streaming = onStream !== undefined;
        // A channel that is closed is noticed by the process's exit.
        child.send({ payload, requestId, arn: definition.arn, deadline, traceId, streaming }, () => undefined);
      });
      clearTimeout(timer);
      clearInterval(look);
      return outcome;
    },
  };

  const watchMemory = async (requestId: string): Promise<void> => {
    const bytes = await residentBytes(pid);
    if (running?.requestId !== requestId || bytes === null) return;
    if (bytes > definition.memoryMb * MIB) end(outOfMemory(requestId));
  };
  const hear = async (message: WorkerMessage): Promise<void> => {
    switch (message.type) {
      case 'ready':
        ready = true;
        clearTimeout(initTimer);
        return events.onReady(worker);
      case 'init-failed':
        return end(message.error);
      case 'stream-start': {
        if (running?.onStream === undefined) return;
        const { metadata } = message;
        running.body = startResponseBody(pipe);
        running.onStream({ ...(metadata === undefined ? {} : { metadata }), body: running.body.stream });
        return;
      }
      case 'done':
        return settle({ payload: message.payload }, message.streamedBytes);
      case 'failed':
        if (message.exiting) alive = false;
        return settle({ payload: asPayload(message.error), failure: message.error }, message.streamedBytes);
    }
  };
  const settle = async (outcome: Outcome, streamedBytes: number): Promise<void> => {
    const finished = running;
    await finished?.body?.end(streamedBytes, outcome.failure && new FunctionFailed(outcome.failure));
    if (running !== finished) return;
    running = undefined;
    finished?.settle(outcome);
  };

  const initTimer = setTimeout(() => end(timedOut('init', INIT_MS / 1000)), INIT_MS);
  child.on('message', (message) => {
    const parsed = workerMessage.safeParse(message);
    if (parsed.success) void hear(parsed.data);
    else end({ errorType: 'Runtime.InvalidMessage', errorMessage: parsed.error.message, trace: [] });
  });
  child.once('exit', () => {
    alive = false;
  });
  // Not `exit`: by now its last lines are printed.
  child.once('close', (code, signal) => {
    clearTimeout(initTimer);
    alive = false;
    const failure = death ?? exited(running?.requestId ?? 'init', code, signal);
    const interrupted = running;
    running = undefined;
    interrupted?.body?.abort(new FunctionFailed(failure));
    interrupted?.settle({ payload: asPayload(failure), failure });
    events.onExit(worker, ...(ready ? [] : [failure]));
  });
  return worker;
}

function asPayload(failure: Failure): string {
  return JSON.stringify(failure);
}

function timedOut(requestId: string, seconds: number): Failure {
  return ended('Sandbox.Timedout', requestId, `Task timed out after ${seconds.toFixed(2)} seconds`);
}

function outOfMemory(requestId: string): Failure {
  return ended('Runtime.OutOfMemory', requestId, 'Runtime exited with error: signal: killed');
}

function exited(requestId: string, code: number | null, signal: NodeJS.Signals | null): Failure {
  // V8 aborts when its heap is full, faster than anybody can look at the memory from outside.
  if (signal === 'SIGABRT' || signal === 'SIGTRAP') return outOfMemory(requestId);
  const how = signal === null ? `exit status ${code}` : `signal: ${signal === 'SIGKILL' ? 'killed' : signal}`;
  return ended('Runtime.ExitError', requestId, `Runtime exited with error: ${how}`);
}

function ended(errorType: string, requestId: string, text: string): Failure {
  return { errorType, errorMessage: `RequestId: ${requestId} Error: ${text}`, trace: [] };
}

function newTraceId(requestId: string): string {
  const hex = requestId.replaceAll('-', '');
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  return `Root=1-${seconds}-${hex.slice(0, 24)};Parent=${hex.slice(16)};Sampled=0`;
}
