import * as z from 'zod';
import { downloadUpdate } from './notification.ts';
import { dashboard, downloadStats, queueStats } from './snapshot.ts';

/** Everything `/downloads/{id}/stream` may say: flat, as the first seed shows, with no `event:` field. */
export const downloadStreamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_established'), download_id: z.string() }),
  z.object({
    type: z.literal('progress_update'),
    download_id: z.string(),
    ...downloadUpdate.shape.data.shape,
  }),
  z.object({ type: z.literal('download_completed'), download_id: z.string(), status: z.string(), message: z.string() }),
  z.object({
    type: z.enum(['download_failed', 'download_cancelled']),
    download_id: z.string(),
    status: z.string(),
    message: z.string(),
    error_code: z.string().optional(),
  }),
]);
export type DownloadStreamEvent = z.infer<typeof downloadStreamEvent>;

/** What `/downloads/{queue|stats|dashboard}/stream` may say: the same numbers as over a WebSocket, flat. */
export const snapshotStreamEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_established'), message: z.string() }),
  z.object({ type: z.literal('queue_update'), ...queueStats.shape }),
  z.object({ type: z.literal('stats_update'), ...downloadStats.shape }),
  z.object({ type: z.literal('dashboard_update'), ...dashboard.shape }),
]);
export type SnapshotStreamEvent = z.infer<typeof snapshotStreamEvent>;
