import { backOff, pause, settleWithin } from './back-off.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { DeliveryOptions } from './deliver-batch.ts';
import { anyFilter, type FilterPattern } from './event-filter.ts';
import { readShard } from './read-shard.ts';
import { type Shard, streamsClient } from './streams-client.ts';

const DISCOVER_MS = 10_000;
const POLL_MS = 50;
const STOP_MS = 1000;

type StreamMappingOptions = DeliveryOptions & {
  /** The DynamoDB Streams API. */
  endpoint: string;
  batchSize: number;
  maximumBatchingWindowSeconds: number;
  filters: FilterPattern[];
  parallelizationFactor: number;
  startingPosition: 'LATEST' | 'TRIM_HORIZON';
  /** Where the mapping keeps how far it is. */
  checkpointFile: string;
  pollMs?: number;
  now?: () => number;
  log?: (line: string) => void;
};

/**
 * Gives a table's changes to a function, in order within each shard, at least once each: a mapping that died continues
 * after the last batch that was over. Throws for what Lambda would not accept.
 */
export function startStreamMapping(options: StreamMappingOptions): { stop(): Promise<void> } {
  checkOptions(options);
  const { streamArn, checkpointFile, now = Date.now, log = console.log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const streams = streamsClient(options.endpoint, signal);
  const checkpoints = openCheckpoints(checkpointFile, streamArn, log);
  const context = { ...options, streams, checkpoints, now, log, signal, pollMs: options.pollMs ?? POLL_MS };
  const passes = anyFilter(options.filters);
  const readers = new Map<string, Promise<void>>();
  let lookAgain = (): void => {};

  async function discover(): Promise<void> {
    let isFirst = checkpoints.isNew;
    await untilAborted(async () => {
      const look = new AbortController();
      lookAgain = () => look.abort();
      const shards = await streams.shards(streamArn);
      if (signal.aborted) return true;
      const shardIds = shards.map(({ ShardId }) => ShardId);
      if (isFirst) checkpoints.begin(options.startingPosition === 'LATEST' ? shardIds : [], { since: now() });
      checkpoints.keepOnly(shardIds);
      for (const shard of shards)
        if (isReadable(shard, shardIds)) read(shard, isFirst && options.startingPosition === 'LATEST');
      isFirst = false;
      await pause(DISCOVER_MS, AbortSignal.any([signal, look.signal]));
      return false;
    });
  }

  /** A shard's changes come after those of the shard it was split from. */
  function isReadable({ ShardId, ParentShardId }: Shard, shardIds: string[]): boolean {
    const parentIsOpen = ParentShardId !== undefined && shardIds.includes(ParentShardId) && !hasEnded(ParentShardId);
    return !readers.has(ShardId) && !hasEnded(ShardId) && !parentIsOpen;
  }

  function hasEnded(shardId: string): boolean {
    const position = checkpoints.get(shardId);
    return position !== undefined && 'ended' in position;
  }

  function read({ ShardId: shardId }: Shard, fromLatest: boolean): void {
    let isLatest = fromLatest;
    const reader = untilAborted(async () => {
      const attempt = isLatest;
      isLatest = false;
      await readShard({ ...context, passes, shardId }, attempt);
      return true;
    }).finally(() => {
      readers.delete(shardId);
      lookAgain();
    });
    readers.set(shardId, reader);
  }

  /** Runs the step until it says it is over; a step that fails is tried again, more and more patiently. */
  async function untilAborted(step: () => Promise<boolean>): Promise<void> {
    let patience = backOff(signal);
    while (!signal.aborted) {
      try {
        if (await step()) return;
        patience = backOff(signal);
      } catch (error) {
        if (signal.aborted) return;
        log(`${streamArn} → ${options.functionName}: ${String(error)}`);
        await patience.wait();
      }
    }
  }

  const discovering = discover();
  return {
    async stop() {
      stopping.abort();
      await settleWithin(STOP_MS, [discovering, ...readers.values()]);
      streams.close();
    },
  };
}

function checkOptions(options: StreamMappingOptions): void {
  const within = (name: string, value: number, from: number, to: number): void => {
    if (!Number.isInteger(value) || value < from || value > to)
      throw new Error(`${options.streamArn}: ${name} must be a whole number from ${from} to ${to}, not ${value}`);
  };
  within('BatchSize', options.batchSize, 1, 10_000);
  within('MaximumBatchingWindowInSeconds', options.maximumBatchingWindowSeconds, 0, 300);
  within('MaximumRetryAttempts', options.maximumRetryAttempts, -1, 10_000);
  within('MaximumRecordAgeInSeconds', options.maximumRecordAgeSeconds, -1, 604_800);
  within('ParallelizationFactor', options.parallelizationFactor, 1, 10);
}
