import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionDefinition } from './function-definition.ts';
import { RequestTooLarge, TooManyRequests } from './lambda-refusals.ts';
import type { Outcome, Run } from './worker-process.ts';

const MAX_ASYNC_BYTES = 1024 * 1024;
const MAX_QUEUED_BYTES = 256 * MAX_ASYNC_BYTES;
const MAX_AGE_MS = 6 * 60 * 60 * 1000;
const LONGEST_THROTTLE_MS = 5_000;

export type AsyncInvocations = {
  /** Returns its request id. Throws RequestTooLarge, or TooManyRequests when too much is queued. */
  add: (definition: FunctionDefinition, payload: string) => string;
  /** What is still queued is forgotten: the queue is in memory. */
  stop: () => void;
};

/** Lambda's queue for `Event` invocations: a failure is tried again after each of `retryDelaysMs`, throttling for 6 hours. */
export function createAsyncInvocations(options: {
  run: (functionName: string, run: Run) => Promise<Outcome>;
  log: (line: string) => void;
  retryDelaysMs: readonly number[];
}): AsyncInvocations {
  const stopped = new AbortController();
  let queuedBytes = 0;

  const deliver = async (definition: FunctionDefinition, run: Run): Promise<void> => {
    const retries = Math.min(definition.maxAsyncRetries ?? 2, options.retryDelaysMs.length);
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await whenNotThrottled(definition.name, run);
      if (outcome.failure === undefined) return;
      const delay = attempt < retries ? options.retryDelaysMs[attempt] : undefined;
      if (delay === undefined) return giveUp(definition, run, outcome, attempt + 1);
      await sleep(delay, undefined, { signal: stopped.signal });
    }
  };
  const whenNotThrottled = async (functionName: string, run: Run): Promise<Outcome> => {
    const acceptedAt = Date.now();
    for (let wait = 100; ; wait = Math.min(wait * 2, LONGEST_THROTTLE_MS)) {
      try {
        return await options.run(functionName, run);
      } catch (error) {
        if (!(error instanceof TooManyRequests) || Date.now() - acceptedAt > MAX_AGE_MS) throw error;
      }
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { signal: stopped.signal });
    }
  };
  const giveUp = async (
    definition: FunctionDefinition,
    run: Run,
    outcome: Outcome,
    attempts: number,
  ): Promise<void> => {
    options.log(
      `[${definition.name} ${run.requestId.slice(0, 6)}] asynchronous invocation given up after ${attempts} attempts`,
    );
    await definition.onAsyncFailure?.(failureRecord(definition, run, outcome, attempts));
  };

  return {
    add(definition, payload) {
      const size = Buffer.byteLength(payload);
      if (size > MAX_ASYNC_BYTES) throw new RequestTooLarge(MAX_ASYNC_BYTES);
      if (queuedBytes + size > MAX_QUEUED_BYTES) throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
      const requestId = randomUUID();
      queuedBytes += size;
      deliver(definition, { payload, requestId })
        .catch((error: unknown) => {
          if (stopped.signal.aborted) return;
          options.log(`[${definition.name} ${requestId.slice(0, 6)}] asynchronous invocation lost: ${String(error)}`);
        })
        .finally(() => {
          queuedBytes -= size;
        });
      return requestId;
    },
    stop: () => stopped.abort(),
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html */
function failureRecord(definition: FunctionDefinition, run: Run, outcome: Outcome, attempts: number): string {
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date().toISOString(),
    requestContext: {
      requestId: run.requestId,
      functionArn: `${definition.arn}:$LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: attempts,
    },
    requestPayload: JSON.parse(run.payload),
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    responsePayload: JSON.parse(outcome.payload),
  });
}
