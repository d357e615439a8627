import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';

const position = z.union([
  /** Everything up to this sequence number is done. */
  z.object({ after: z.string() }),
  /** Nothing is done yet; what was written before this time was never wanted. */
  z.object({ since: z.number() }),
  z.object({ ended: z.literal(true) }),
]);
const file = z.object({ streamArn: z.string(), shards: z.record(z.string(), position) });
export type Position = z.infer<typeof position>;

export type Checkpoints = {
  /** Whether this stream was never read before. */
  readonly isNew: boolean;
  /** Remembers that the stream is being read, and where in these shards. */
  begin(shardIds: string[], position: Position): void;
  get(shardId: string): Position | undefined;
  /** On record when this returns, whatever then kills the process. */
  set(shardId: string, position: Position): void;
  /** Forgets the shards that the stream no longer has. */
  keepOnly(shardIds: string[]): void;
};

/** How far each shard of a stream has been handled, in one small file that is replaced as a whole. */
export function openCheckpoints(path: string, streamArn: string, log: (line: string) => void): Checkpoints {
  const known = read(path, log);
  const isNew = known?.streamArn !== streamArn;
  if (known !== undefined && isNew)
    log(`${path} is of another stream (${known.streamArn}): starting anew with ${streamArn}`);
  const shards = new Map(isNew ? [] : Object.entries(known.shards));
  mkdirSync(dirname(path), { recursive: true });

  function save(): void {
    writeFileSync(`${path}.new`, JSON.stringify({ streamArn, shards: Object.fromEntries(shards) }));
    renameSync(`${path}.new`, path);
  }

  return {
    isNew,
    begin(shardIds, position) {
      for (const shardId of shardIds) shards.set(shardId, position);
      save();
    },
    get: (shardId) => shards.get(shardId),
    set(shardId, position) {
      shards.set(shardId, position);
      save();
    },
    keepOnly(shardIds) {
      const gone = [...shards.keys()].filter((shardId) => !shardIds.includes(shardId));
      for (const shardId of gone) shards.delete(shardId);
      if (gone.length > 0) save();
    },
  };
}

function read(path: string, log: (line: string) => void): z.infer<typeof file> | undefined {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    log(`${path} cannot be read and is not used: ${String(error)}`);
    return undefined;
  }
}
