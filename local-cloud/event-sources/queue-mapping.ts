import type { Invocation, Invoker } from '../lambda/invoker.ts';
import { TooManyRequests } from '../lambda/lambda-refusals.ts';
import type { Queues, Received } from '../sqs/queues.ts';
import { backOff, pause, settleWithin } from './back-off.ts';
import { failedItems } from './batch-response.ts';
import { anyFilter, type FilterPattern } from './event-filter.ts';
import { recordsPayload, splitByPayload } from './payload.ts';
import { filterableRecord, queueRecord } from './queue-record.ts';

const LONG_POLL_MS = 20_000;
const MAX_RECEIVE = 10;
const DEFAULT_CONCURRENCY = 10;
const STOP_MS = 1000;

type QueueMappingOptions = {
  queues: Queues;
  invoker: Invoker;
  queueName: string;
  functionName: string;
  eventSourceArn: string;
  batchSize: number;
  maximumBatchingWindowSeconds: number;
  maximumConcurrency?: number;
  reportBatchItemFailures: boolean;
  filters: FilterPattern[];
  log?: (line: string) => void;
};

/**
 * Gives a queue's messages to a function and deletes those it handled; the others come back when their visibility timeout
 * ends. A message is received only when an invocation is free to take it. Throws for what Lambda would not accept.
 */
export function startQueueMapping(options: QueueMappingOptions): { stop(): Promise<void> } {
  checkOptions(options);
  const { queues, invoker, queueName, functionName, eventSourceArn } = options;
  const log = options.log ?? console.log;
  const passes = anyFilter(options.filters);
  const concurrency = options.maximumConcurrency ?? DEFAULT_CONCURRENCY;
  const stopping = new AbortController();
  const { signal } = stopping;
  const running = new Set<Promise<void>>();
  let throttled = 0;
  let freed = (): void => {};

  async function poll(): Promise<void> {
    while (!signal.aborted) {
      if (running.size >= concurrency) await new Promise<void>((resolve) => (freed = resolve));
      // What is received while the function takes nothing would only wait out of everyone's sight.
      else if (throttled > 0) await pause(100, signal);
      else await receiveAndRun().catch(waitAfterError);
    }
  }

  async function receiveAndRun(): Promise<void> {
    const { messages, until } = await gather();
    if (messages.length === 0) return;
    if (signal.aborted) return giveBack(messages);
    const run: Promise<void> = handle(messages, until)
      .catch((error: unknown) => log(`${functionName}: ${String(error)}`))
      .finally(() => {
        running.delete(run);
        freed();
      });
    running.add(run);
  }

  /** A batch, and when its first message becomes visible again. */
  async function gather(): Promise<{ messages: Received[]; until: number }> {
    const messages = await receive(LONG_POLL_MS);
    const visibilityMs = Number(queues.attributes(queueName)['VisibilityTimeout']) * 1000;
    const start = Date.now();
    const end = start + options.maximumBatchingWindowSeconds * 1000;
    while (messages.length > 0 && messages.length < options.batchSize && !signal.aborted) {
      const left = end - Date.now();
      if (left <= 0) break;
      messages.push(...(await receive(left, options.batchSize - messages.length)));
    }
    return { messages, until: start + visibilityMs };
  }

  /** Messages that pass the filters; the others are deleted, as Lambda does. */
  async function receive(waitMs: number, max = options.batchSize): Promise<Received[]> {
    const received = await queues.receive(queueName, { max: Math.min(max, MAX_RECEIVE), waitMs, signal });
    const kept = received.filter((message) => passes(filterableRecord(queueRecord(message, eventSourceArn))));
    await remove(received.filter((message) => !kept.includes(message)));
    return kept;
  }

  async function handle(messages: Received[], until: number): Promise<void> {
    for (const batch of splitByPayload(messages, (message) => queueRecord(message, eventSourceArn))) {
      const invocation = await invoke(batch, until);
      if (invocation === null) continue;
      if (invocation.functionError !== undefined) log(`${functionName} failed: ${invocation.payload.slice(0, 500)}`);
      else await remove(handled(batch, invocation));
    }
  }

  function handled(batch: Received[], invocation: Invocation): Received[] {
    if (!options.reportBatchItemFailures) return batch;
    const failed = failedItems(invocation.payload, new Set(batch.map(({ messageId }) => messageId)));
    return failed === 'all' ? [] : batch.filter(({ messageId }) => !failed.has(messageId));
  }

  /** Null: the function could not be run while the messages were still ours. */
  async function invoke(batch: Received[], until: number): Promise<Invocation | null> {
    const payload = recordsPayload(batch.map((message) => queueRecord(message, eventSourceArn)));
    const backingOff = backOff(signal);
    for (;;) {
      try {
        return await invoker.invoke(functionName, payload);
      } catch (error) {
        if (!(error instanceof TooManyRequests)) throw error;
      }
      if (Date.now() + backingOff.nextMs() >= until) return null;
      throttled += 1;
      const awake = await backingOff.wait();
      throttled -= 1;
      if (!awake) return null;
    }
  }

  async function remove(messages: Received[]): Promise<void> {
    for (const { receiptHandle, messageId } of messages)
      await queues
        .delete(queueName, receiptHandle)
        .catch((error: unknown) => log(`${queueName}: message ${messageId} was not deleted: ${String(error)}`));
  }

  async function giveBack(messages: Received[]): Promise<void> {
    for (const { receiptHandle } of messages) await queues.changeVisibility(queueName, receiptHandle, 0);
  }

  async function waitAfterError(error: unknown): Promise<void> {
    if (signal.aborted) return;
    log(`${queueName} → ${functionName}: ${String(error)}`);
    await pause(1000, signal);
  }

  const polling = poll();
  return {
    async stop() {
      stopping.abort();
      await settleWithin(STOP_MS, [polling, ...running]);
    },
  };
}

function checkOptions({
  queueName,
  batchSize,
  maximumBatchingWindowSeconds,
  maximumConcurrency,
}: QueueMappingOptions): void {
  const fifo = queueName.endsWith('.fifo');
  const within = (name: string, value: number, from: number, to: number): void => {
    if (!Number.isInteger(value) || value < from || value > to)
      throw new Error(`${queueName}: ${name} must be a whole number from ${from} to ${to}, not ${value}`);
  };
  within('BatchSize', batchSize, 1, fifo || maximumBatchingWindowSeconds === 0 ? MAX_RECEIVE : 10_000);
  within('MaximumBatchingWindowInSeconds', maximumBatchingWindowSeconds, 0, fifo ? 0 : 300);
  within('MaximumConcurrency', maximumConcurrency ?? DEFAULT_CONCURRENCY, 1, 1000);
}
