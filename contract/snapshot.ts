import * as z from 'zod';
import { download } from './download.ts';

const count = z.int().min(0);

/** Downloads on record, by status. */
export const queueStats = z
  .object({
    pending: count,
    downloading: count,
    completed: count,
    failed: count,
    paused: count,
    cancelled: count,
    total: count.meta({ description: 'Of all six statuses.' }),
    queue_position: count
      .nullable()
      .meta({ description: 'Of the download that was named: 1 is the next to start; null when it is not waiting.' }),
    queue_position_at_least: count
      .optional()
      .meta({ description: 'More than 1,000 wait before it: then this tells how many at least.' }),
  })
  .meta({ id: 'QueueStats' });
export type QueueStats = z.infer<typeof queueStats>;

export const downloadStats = z
  .object({
    total_downloads: count,
    completed_downloads: count,
    failed_downloads: count,
    pending_downloads: count.meta({ description: 'Waiting, paused ones included.' }),
    downloads_today: count.meta({ description: 'Requests made this UTC day; those deleted since count too.' }),
    downloads_this_week: count.meta({ description: 'In the last 7 days, today included.' }),
    downloads_this_month: count.meta({ description: 'In the last 30 days, today included.' }),
    total_storage_used: count.meta({ description: 'Bytes stored.' }),
    average_download_time: z.number().min(0).meta({ description: 'Seconds from start to end of completed downloads.' }),
  })
  .meta({ id: 'DownloadStats' });
export type DownloadStats = z.infer<typeof downloadStats>;

const downloadInProgress = download
  .pick({
    id: true,
    url: true,
    title: true,
    thumbnail: true,
    progress: true,
    status: true,
    duration: true,
    quality: true,
    file_size: true,
    format: true,
    started_at: true,
    phase: true,
    speed: true,
    eta: true,
  })
  .meta({ id: 'DownloadInProgress' });
export type DownloadInProgress = z.infer<typeof downloadInProgress>;

export const dashboard = z
  .object({
    downloads_in_progress: z.array(downloadInProgress).meta({
      description: 'Oldest first, as many as fit into a message; `GET /downloads?status=downloading` has all.',
    }),
    downloads_in_progress_total: count,
    queue_stats: queueStats,
    system_stats: downloadStats.extend({
      active_connections: count,
      users_online: count,
      system_uptime: z.number().min(0).meta({ description: 'Seconds since the system was first started.' }),
    }),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: 'Dashboard' });
export type Dashboard = z.infer<typeof dashboard>;

/** Who listens, by channel; channels beyond the seed's five appear only while somebody listens. */
export const connectionCounts = z
  .object({
    download_connections: count,
    queue_connections: count,
    stats_connections: count,
    general_connections: count,
    dashboard_connections: count,
    events_connections: count.optional(),
    imports_connections: count.optional(),
    import_connections: count.optional(),
    logs_connections: count.optional(),
    admin_connections: count.optional(),
    total: count,
  })
  .meta({ id: 'ConnectionCounts' });
export type ConnectionCounts = z.infer<typeof connectionCounts>;
