import * as z from 'zod';
import { parseChannel } from '../../contract/channel.ts';
import { log } from '../aws/log.ts';
import type { BroadcastLease } from './broadcast-lease/table.ts';
import { SHOWN } from './show-snapshots.ts';

/** What a broadcaster is started with, by a schedule with nothing of it; `predecessor` hands its lease over. */
export const broadcastStart = z.object({
  woken: z.literal(true).optional(),
  predecessor: z.string().optional(),
});
export type BroadcastStart = z.infer<typeof broadcastStart>;

export type WakeDeps = {
  lease: Pick<BroadcastLease, 'mayWake'>;
  start: (input: BroadcastStart) => Promise<void>;
  now: () => Date;
};

/** Starts a broadcaster for the first who listens; should this fail, the next minute's schedule does. */
export function wakeBroadcaster(app: WakeDeps) {
  return async (channel: string): Promise<void> => {
    const kind = parseChannel(channel)?.kind;
    if (!SHOWN.some((shown) => shown === kind)) return;
    try {
      if (await app.lease.mayWake(app.now())) await app.start({ woken: true });
    } catch (error) {
      log.warn('broadcaster not woken; left to its schedule', { error });
    }
  };
}
