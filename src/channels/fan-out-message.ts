import * as z from 'zod';
import { telling } from './telling.ts';

/** What the fan-out queue carries: tellings for the listeners of one partition of a channel, in order by message group. */
export const fanOutMessage = z.object({
  channel: z.string(),
  partition: z.int().min(0),
  tellings: z.array(telling),
});
export type FanOutMessage = z.infer<typeof fanOutMessage>;
