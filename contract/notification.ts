import * as z from 'zod';
import { download } from './download.ts';

const timestamp = z.iso.datetime();

export const connectionEstablished = z.object({
  type: z.literal('connection_established'),
  channel: z.string(),
  download_id: z.string().optional(),
  message: z.string(),
  timestamp,
});

export const downloadUpdate = z.object({
  type: z.literal('download_update'),
  download_id: z.string(),
  seq: z.int(),
  data: download.pick({
    progress: true,
    status: true,
    title: true,
    thumbnail: true,
    url: true,
    bytes_downloaded: true,
    bytes_total: true,
    speed: true,
    eta: true,
    phase: true,
    error_code: true,
    error_message: true,
    file_path: true,
    file_size: true,
    format: true,
  }),
  timestamp,
});
export type DownloadUpdate = z.infer<typeof downloadUpdate>;

export const pong = z.object({ type: z.literal('pong'), timestamp: z.unknown() });

export const errorMessage = z.object({ type: z.literal('error'), code: z.string(), message: z.string(), timestamp });

/** Everything the server may say over a WebSocket. */
export const notification = z.discriminatedUnion('type', [connectionEstablished, downloadUpdate, pong, errorMessage]);
export type Notification = z.infer<typeof notification>;

/** Everything a client may say over a WebSocket. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping'), timestamp: z.unknown().optional() }),
  z.object({ type: z.literal('hello') }),
]);

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
