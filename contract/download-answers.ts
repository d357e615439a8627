import * as z from 'zod';
import { acceptedDownload, download } from './download.ts';
import { problem } from './problem.ts';

export const downloadList = z
  .object({
    downloads: z.array(download),
    next_cursor: z.string().nullable(),
    examined: z.int().meta({ description: 'How many downloads were looked at for this page.' }),
  })
  .meta({ id: 'DownloadList' });

export const batchAnswer = z
  .object({
    results: z.array(
      z.union([
        z.object({ url: z.string(), status: z.literal(202), download: acceptedDownload }),
        z.object({ url: z.string(), status: z.int(), problem }),
      ]),
    ),
  })
  .meta({ id: 'BatchAnswer' });
export type BatchAnswer = z.infer<typeof batchAnswer>;

export const cleared = z.object({ deleted: z.int(), more: z.boolean() }).meta({ id: 'Cleared' });
