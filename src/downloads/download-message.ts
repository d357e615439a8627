import * as z from 'zod';

/** What the download queue carries. The record is the truth; a message only says "look at it". */
export const downloadMessage = z.object({ id: z.string() });
export type DownloadMessage = z.infer<typeof downloadMessage>;
