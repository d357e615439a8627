import * as z from 'zod';

export const HOURS_TOLD = 24;
export const DAYS_TOLD = 30;

const count = z.int().min(0);
const counted = z.object({
  requested: count.meta({ description: 'Requests made; those deleted since count too.' }),
  completed: count.meta({ description: 'Downloads that completed then; those deleted since count too.' }),
  failed: count.meta({
    description:
      'Downloads that failed then. One that failed, was tried again and completed has two endings: it counts here and under `completed`.',
  }),
});

/** What happened lately, hour by hour and day by day, the oldest first; zero where nothing did. */
export const downloadHistory = z
  .object({
    hours: z
      .array(counted.extend({ at: z.iso.datetime().meta({ example: '2026-11-23T10:00:00.000Z' }) }))
      .length(HOURS_TOLD)
      .meta({ description: 'The last 24 hours, the present one last; `at` is their start.' }),
    days: z
      .array(counted.extend({ day: z.iso.date().meta({ example: '2026-11-23' }) }))
      .length(DAYS_TOLD)
      .meta({ description: 'The last 30 days of UTC, today last.' }),
  })
  .meta({ id: 'DownloadHistory' });
export type DownloadHistory = z.infer<typeof downloadHistory>;
