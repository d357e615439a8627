import * as z from 'zod';
import { notification } from '../../contract/notification.ts';

const place = z.object({ queue_position: z.int().nullable(), queue_position_at_least: z.int().optional() });
export type Place = z.infer<typeof place>;

/**
 * A notification on its way to a channel's listeners. `progress` and `snapshot` only inform, the newest wins; all else reaches
 * everybody. `places`: what those who named a download are told of its place in the queue instead of everybody's `null`.
 */
export const telling = z.object({
  kind: z.enum(['change', 'progress', 'ending', 'snapshot']),
  notification,
  places: z.record(z.string(), place).optional(),
});
export type Telling = z.infer<typeof telling>;

export const onlyInforms = ({ kind }: Telling): boolean => kind === 'progress' || kind === 'snapshot';

/** What one listener is told; null: it named a download of which this telling says nothing. */
export function textFor({ notification, places }: Telling, downloadId: string | null): string | null {
  if (notification.type !== 'queue_update' || downloadId === null) return JSON.stringify(notification);
  const mine = places?.[downloadId];
  return mine === undefined ? null : JSON.stringify({ ...notification, data: { ...notification.data, ...mine } });
}
