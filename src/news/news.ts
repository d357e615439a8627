import * as z from 'zod';
import { notification } from '../../contract/notification.ts';

/**
 * A notification in the outbox. `progress` only informs: newer overwrites older. `ending` is the last of its channel.
 * `seq` counts up within a channel that belongs to one record, without gaps.
 */
export const news = z.object({
  channel: z.string(),
  seq: z.int(),
  kind: z.enum(['change', 'progress', 'ending']),
  notification,
});
export type News = z.infer<typeof news>;

/** The news that a connection has been opened: it wakes the greeter, and nobody else hears it. */
export const connectionNews = z.object({
  channel: z.string(),
  connection_id: z.string(),
  listens_to: z.string(),
  opened_at: z.string(),
});
export type ConnectionNews = z.infer<typeof connectionNews>;
