import * as z from 'zod';

export const STATUSES = ['pending', 'downloading', 'paused', 'completed', 'failed', 'cancelled'] as const;
export const status = z.enum(STATUSES);
export type Status = z.infer<typeof status>;

export const QUALITIES = [
  'best',
  'worst',
  'bv+ba',
  'bv',
  'ba',
  '1080p',
  '720p',
  '480p',
  '360p',
  '240p',
  '144p',
] as const;
export const quality = z.enum(QUALITIES);
export type Quality = z.infer<typeof quality>;

export const phase = z.enum(['resolving', 'downloading', 'merging', 'storing']);

/** A download id as it may stand in a path: the edge function accepts the same characters. */
export const downloadId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ example: '01JDC8Z1Q5W3N7XK2V9T4B6M8R' });

const timestamp = z.iso.datetime().meta({ example: '2026-11-23T10:30:00.000Z' });

/** What everybody may know of a download. The five fields of the first seed are never null. */
export const download = z
  .object({
    id: downloadId,
    url: z.string().meta({ example: 'https://example.com/video.mp4' }),
    title: z.string().meta({ description: 'The file name or the URL until the source has told its title.' }),
    thumbnail: z
      .string()
      .meta({ description: "A picture's URL; a placeholder of this site when the source has none." }),
    status,
    progress: z.number().min(0).max(100).meta({ description: 'Percent; 0 until the size is known.', example: 75.5 }),
    quality,
    duration: z.number().nullable().meta({ description: 'Seconds, when the source tells.' }),
    phase: phase.nullable().meta({ description: 'What is being done now; null when nothing is.' }),
    bytes_downloaded: z.int(),
    bytes_total: z.int().nullable(),
    speed: z.number().nullable().meta({ description: 'Bytes per second.' }),
    eta: z.number().nullable().meta({ description: 'Seconds until the end.' }),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    file_path: z.string().nullable().meta({ description: 'Where this site answers with the file.' }),
    file_size: z.int().nullable(),
    format: z.string().nullable().meta({ example: 'mp4' }),
    shared: z.boolean().meta({ description: 'Its bytes were stored already by an earlier download.' }),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    expires_at: timestamp
      .nullable()
      .meta({ description: 'When it will be deleted with its file; null while it runs, and where both are kept.' }),
  })
  .meta({ id: 'Download' });
export type DownloadView = z.infer<typeof download>;

/** The answer to a request for a download. */
export const acceptedDownload = download
  .extend({
    ws: z
      .string()
      .meta({ description: 'Path of the WebSocket that tells its progress.', example: '/ws/downloads/01J…' }),
    stream: z.string().meta({ description: 'Path of the server-sent events that tell its progress.' }),
  })
  .meta({ id: 'AcceptedDownload' });
export type AcceptedDownload = z.infer<typeof acceptedDownload>;
