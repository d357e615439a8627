import type { Queue } from '../aws/queue.ts';
import type { FanOutMessage } from './fan-out-message.ts';
import { postTellings, type Delivered, type PostTellingsDeps } from './post-tellings.ts';
import type { ChannelsTable, Listener } from './table.ts';
import type { Telling } from './telling.ts';

/** More listeners than one function should post to by itself: each partition of the channel then gets a function of its own. */
export const MOST_POSTED_HERE = 2_000;

export type DeliverDeps = PostTellingsDeps & {
  channels: Pick<ChannelsTable, 'listeners' | 'leave'>;
  fanOut: Queue<FanOutMessage>;
  mostPostedHere?: number;
};

const NOBODY: Delivered = { sent: 0, gone: 0, throttled: 0, failed: 0 };

/**
 * Tells a channel's listeners what is made for them, or has them told when they are many. Throws only when they cannot be read, or
 * not be queued.
 */
export async function deliver(
  app: DeliverDeps,
  channel: string,
  make: (listeners: readonly Listener[]) => Promise<readonly Telling[]> | readonly Telling[],
): Promise<Delivered> {
  const partitions = await app.channels.listeners(channel, app.now());
  const listeners = partitions.flat();
  if (listeners.length === 0) return NOBODY;
  const tellings = await make(listeners);
  if (tellings.length === 0) return NOBODY;
  if (listeners.length <= (app.mostPostedHere ?? MOST_POSTED_HERE)) return postTellings(app, listeners, tellings);
  await Promise.all(
    partitions.map((_, partition) =>
      app.fanOut.send({ channel, partition, tellings: [...tellings] }, `${channel}#${partition}`),
    ),
  );
  return NOBODY;
}
