import { encodeTime } from 'ulid';
import * as z from 'zod';
import { notification, seq, type Seq } from '../../contract/notification.ts';

/**
 * A notification in the outbox. `progress` only informs: newer overwrites older. `ending` is the last of its channel.
 * Within a channel later news has a higher `seq`; where many write at once, a ULID, two of one instant may be out of order.
 */
export const news = z.object({
  channel: z.string(),
  /** Whose progress it is, where a channel tells that of many: newer overwrites only what is of the same. */
  of: z.string().optional(),
  seq,
  kind: z.enum(['change', 'progress', 'ending']),
  notification,
});
export type News = z.infer<typeof news>;

/** Sorts as text as the numbers do, which needs one width; a ULID sorts as it is. */
export const seqKey = (seq: Seq): string => (typeof seq === 'number' ? String(seq).padStart(16, '0') : seq);
export const isLater = (a: Seq, b: Seq): boolean => seqKey(a) > seqKey(b);

/** Sorts before every ULID made at that time or later. */
export const firstUlidOf = (time: Date): string => `${encodeTime(time.getTime())}${'0'.repeat(16)}`;

/** The news that a connection has been opened: it wakes the greeter, and nobody else hears it. */
export const connectionNews = z.object({
  channel: z.string(),
  connection_id: z.string(),
  listens_to: z.array(z.object({ channel: z.string(), download_id: z.string().nullable() })),
  opened_at: z.string(),
});
export type ConnectionNews = z.infer<typeof connectionNews>;
