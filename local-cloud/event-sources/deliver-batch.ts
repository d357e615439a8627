import type { Invocation, Invoker } from '../lambda/invoker.ts';
import { backOff } from './back-off.ts';
import { failedItems } from './batch-response.ts';
import { type FailureCondition, failureRecord } from './failure-record.ts';
import { recordsPayload } from './payload.ts';
import { createdAt, lambdaRecord, sequenceNumberOf } from './stream-record.ts';
import type { StreamRecord } from './streams-client.ts';

const FAILURE_TRIES = 5;

export type DeliveryOptions = {
  invoker: Invoker;
  functionName: string;
  streamArn: string;
  bisectBatchOnFunctionError: boolean;
  reportBatchItemFailures: boolean;
  maximumRetryAttempts: number;
  maximumRecordAgeSeconds: number;
  includePayloadInFailure?: boolean;
  onFailure?: (record: string) => Promise<void>;
};
type Context = DeliveryOptions & {
  shardId: string;
  now: () => number;
  log: (line: string) => void;
  signal: AbortSignal;
};

/** How an invocation ended: `firstFailed` is the index of the first record not handled, null when all were. */
type Outcome =
  | { kind: 'handled'; firstFailed: number | null; invocation: Invocation }
  | { kind: 'failed'; invocation: Invocation }
  | { kind: 'not invoked'; error: unknown };

/**
 * Has a batch handled, in order: tried again, halved or cut at the record that failed, and given up, as the options say.
 * `done` is called whenever everything up to a record is over, handled or given up. False: aborted before the end.
 */
export async function deliverBatch(
  context: Context,
  batch: StreamRecord[],
  done: (last: StreamRecord) => void,
  failedBefore = 0,
): Promise<boolean> {
  const { log, functionName, signal } = context;
  const backingOff = backOff(signal);
  let rest = batch;
  let failures = failedBefore;
  let latest: Invocation | undefined;

  function advance(count: number): void {
    const last = rest[count - 1];
    if (last !== undefined) done(last);
    rest = rest.slice(count);
  }

  async function giveUp(count: number, condition: FailureCondition): Promise<void> {
    await discard(context, rest.slice(0, count), { condition, invokeCount: failures, latest });
    advance(count);
  }

  while (rest.length > 0 && !signal.aborted) {
    const expired = countExpired(context, rest);
    if (expired > 0) {
      await giveUp(expired, 'RecordAgeExceeded');
      continue;
    }
    const outcome = await invoke(context, rest);
    if (signal.aborted && outcome.kind !== 'handled') return false;
    if (outcome.kind === 'not invoked') {
      log(`${functionName} could not be invoked: ${String(outcome.error)}`);
      await backingOff.wait();
      continue;
    }
    latest = outcome.invocation;
    if (outcome.kind === 'handled' && outcome.firstFailed === null) {
      advance(rest.length);
      break;
    }
    if (outcome.kind === 'handled' && outcome.firstFailed !== null && outcome.firstFailed > 0) {
      advance(outcome.firstFailed);
      failures = 0;
    }
    failures += 1;
    log(`${functionName} failed on ${rest.length} records of ${context.shardId}: ${latest.payload.slice(0, 500)}`);
    if (outcome.kind === 'failed' && context.bisectBatchOnFunctionError && rest.length > 1) {
      const half = Math.ceil(rest.length / 2);
      if (!(await deliverBatch(context, rest.slice(0, half), done, failures - 1))) return false;
      rest = rest.slice(half);
      failures -= 1;
    } else if (context.maximumRetryAttempts >= 0 && failures > context.maximumRetryAttempts)
      await giveUp(rest.length, 'RetryAttemptsExhausted');
    else await backingOff.wait();
  }
  return rest.length === 0;
}

async function invoke(context: Context, records: StreamRecord[]): Promise<Outcome> {
  let invocation: Invocation;
  try {
    const payload = recordsPayload(records.map((record) => lambdaRecord(record, context.streamArn)));
    invocation = await context.invoker.invoke(context.functionName, payload);
  } catch (error) {
    return { kind: 'not invoked', error };
  }
  if (invocation.functionError !== undefined) return { kind: 'failed', invocation };
  if (!context.reportBatchItemFailures) return { kind: 'handled', firstFailed: null, invocation };
  const numbers = records.map(sequenceNumberOf);
  const failed = failedItems(invocation.payload, new Set(numbers));
  if (failed === 'all') return { kind: 'failed', invocation };
  const firstFailed = numbers.findIndex((number) => failed.has(number));
  return { kind: 'handled', firstFailed: firstFailed === -1 ? null : firstFailed, invocation };
}

function countExpired({ maximumRecordAgeSeconds, now }: Context, records: StreamRecord[]): number {
  if (maximumRecordAgeSeconds < 0) return 0;
  const oldest = now() - maximumRecordAgeSeconds * 1000;
  const alive = records.findIndex((record) => (createdAt(record) ?? Infinity) >= oldest);
  return alive === -1 ? records.length : alive;
}

async function discard(
  context: Context,
  records: StreamRecord[],
  reason: { condition: FailureCondition; invokeCount: number; latest: Invocation | undefined },
): Promise<void> {
  const { log, functionName, onFailure } = context;
  log(`${functionName}: ${records.length} records of ${context.shardId} are given up: ${reason.condition}`);
  if (onFailure === undefined) return;
  const record = failureRecord(context, records, reason, new Date(context.now()));
  const backingOff = backOff(context.signal);
  for (let tries = 1; ; tries += 1) {
    try {
      return await onFailure(record);
    } catch (error) {
      log(`${functionName}: its failure destination refused a record: ${String(error)}`);
      if (tries === FAILURE_TRIES || !(await backingOff.wait())) return;
    }
  }
}
