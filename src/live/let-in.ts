import type { Notification } from '../../contract/notification.ts';
import type { Listening } from '../channels/listening.ts';
import type { ChannelsTable } from '../channels/table.ts';
import type { Look } from './look.ts';

export type LetInDeps = { channels: Pick<ChannelsTable, 'markGreeted'>; look: Look };

/** Posts one notification to the listener; false: it has gone. */
export type Post = (notification: Notification) => Promise<boolean>;

/**
 * Tells a new listener the state of its channel, then lets the publishers in, then looks once more: what changed before they
 * were let in is told by this second look, and what changes after by them.
 */
export async function letIn(
  app: LetInDeps,
  connectionId: string,
  listening: Listening,
  came: Date,
  post: Post,
): Promise<void> {
  const first = await app.look(listening, came, null);
  for (const notification of first.told) if (!(await post(notification))) return;
  if (!(await app.channels.markGreeted(connectionId, listening.channel))) return;
  const second = await app.look(listening, came, first.seq);
  for (const notification of second.told) if (!(await post(notification))) return;
}
