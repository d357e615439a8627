import { createHash } from 'node:crypto';
import { CHANNELS, parseChannel, type ChannelKind } from '../../contract/channel.ts';

/** One channel that a connection listens to; `downloadId`: the one whose place in the queue it asked for. */
export type Listening = { channel: string; downloadId: string | null };

/** The kind of a channel that exists; throws for a name that was never checked. */
export function kindOf(channel: string): ChannelKind {
  const parsed = parseChannel(channel);
  if (parsed === null) throw new Error(`no channel is called ${channel}`);
  return parsed.kind;
}

/** Every partition that holds listeners of a channel. */
export function partitionsOf(channel: string): string[] {
  return Array.from({ length: CHANNELS[kindOf(channel)].shards }, (_, shard) => partition(channel, shard));
}

/** The partition that holds this connection's row. */
export function partitionFor(channel: string, connectionId: string): string {
  const byte = createHash('sha256').update(connectionId).digest()[0] ?? 0;
  return partition(channel, byte % CHANNELS[kindOf(channel)].shards);
}

const partition = (channel: string, shard: number): string => `channel#${channel}#${shard}`;
