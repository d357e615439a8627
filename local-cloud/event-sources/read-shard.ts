import { createHash } from 'node:crypto';
import { pause } from './back-off.ts';
import type { Checkpoints } from './checkpoints.ts';
import { deliverBatch, type DeliveryOptions } from './deliver-batch.ts';
import { splitByPayload } from './payload.ts';
import { createdAt, lambdaRecord, sequenceNumberOf } from './stream-record.ts';
import { type StreamRecord, type StreamsClient, StreamsError } from './streams-client.ts';

const MAX_PAGE = 1000;
const POLLS_BEFORE_IDLE = 20;

export type ShardContext = DeliveryOptions & {
  streams: StreamsClient;
  checkpoints: Checkpoints;
  shardId: string;
  passes: (record: unknown) => boolean;
  batchSize: number;
  maximumBatchingWindowSeconds: number;
  parallelizationFactor: number;
  pollMs: number;
  now: () => number;
  log: (line: string) => void;
  signal: AbortSignal;
};

/**
 * Has every record of a shard handled, from its checkpoint to its end; with `fromLatest`, from now on. Returns early only
 * when aborted. What was read and not handled when it throws is read again the next time.
 */
export async function readShard(context: ShardContext, fromLatest: boolean): Promise<void> {
  const { streams, checkpoints, shardId, signal, passes, streamArn } = context;
  const most = context.batchSize * context.parallelizationFactor;
  const isWanted = wantedFrom(context, fromLatest);
  let iterator: string | null = await openIterator(context, fromLatest);
  let waiting: StreamRecord[] = [];
  let waitingSince = 0;
  let emptyPolls = 0;

  while (iterator !== null && !signal.aborted) {
    const limit = Math.min(MAX_PAGE, most - waiting.length);
    const page: Awaited<ReturnType<StreamsClient['records']>> = await streams.records(iterator, limit);
    iterator = page.next;
    if (waiting.length === 0) waitingSince = Date.now();
    waiting.push(...page.records.filter((record) => isWanted(record) && passes(lambdaRecord(record, streamArn))));
    const isDue = Date.now() - waitingSince >= context.maximumBatchingWindowSeconds * 1000;
    if (waiting.length > 0 && (isDue || waiting.length >= most || iterator === null)) {
      if (!(await handle(context, waiting))) return;
      waiting = [];
    }
    const last = page.records.at(-1);
    if (last !== undefined && waiting.length === 0) checkpoints.set(shardId, { after: sequenceNumberOf(last) });
    emptyPolls = last === undefined ? emptyPolls + 1 : 0;
    // Nothing new for a while: half as often costs half as much.
    if (emptyPolls > 0) await pause(emptyPolls > POLLS_BEFORE_IDLE ? 2 * context.pollMs : context.pollMs, signal);
  }
  if (iterator === null) checkpoints.set(shardId, { ended: true });
}

async function openIterator(context: ShardContext, fromLatest: boolean): Promise<string> {
  const { streams, checkpoints, shardId, streamArn, log } = context;
  if (fromLatest) return streams.iterator(streamArn, shardId, { ShardIteratorType: 'LATEST' });
  const position = checkpoints.get(shardId);
  if (position !== undefined && 'after' in position)
    try {
      const SequenceNumber = position.after;
      return await streams.iterator(streamArn, shardId, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber });
    } catch (error) {
      if (!(error instanceof StreamsError)) throw error;
      log(`${shardId} no longer has ${position.after} (${error.code}): continuing with the oldest record there is`);
    }
  return streams.iterator(streamArn, shardId, { ShardIteratorType: 'TRIM_HORIZON' });
}

/** A mapping that died before its first record reads the stream from its start, but wants only what came since. */
function wantedFrom({ checkpoints, shardId }: ShardContext, fromLatest: boolean): (record: StreamRecord) => boolean {
  const position = checkpoints.get(shardId);
  if (fromLatest || position === undefined || !('since' in position)) return () => true;
  const since = Math.floor(position.since / 1000) * 1000;
  return (record) => (createdAt(record) ?? Infinity) >= since;
}

/** The records of one key always go the same way, one after the other. */
async function handle(context: ShardContext, records: StreamRecord[]): Promise<boolean> {
  const { checkpoints, shardId, parallelizationFactor } = context;
  if (parallelizationFactor === 1)
    return handleInOrder(context, records, (last) => checkpoints.set(shardId, { after: sequenceNumberOf(last) }));
  const lanes = Array.from({ length: parallelizationFactor }, (): StreamRecord[] => []);
  for (const record of records) {
    const hash = createHash('sha256')
      .update(JSON.stringify(record.dynamodb.Keys ?? {}))
      .digest();
    lanes[hash.readUInt32BE() % parallelizationFactor]?.push(record);
  }
  const handled = await Promise.all(lanes.map((lane) => handleInOrder(context, lane, () => {})));
  return handled.every(Boolean);
}

async function handleInOrder(
  context: ShardContext,
  records: StreamRecord[],
  done: (last: StreamRecord) => void,
): Promise<boolean> {
  for (let start = 0; start < records.length; start += context.batchSize) {
    const batch = records.slice(start, start + context.batchSize);
    for (const part of splitByPayload(batch, (record) => lambdaRecord(record, context.streamArn)))
      if (!(await deliverBatch(context, part, done))) return false;
  }
  return true;
}
