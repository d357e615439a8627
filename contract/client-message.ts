import * as z from 'zod';
import { download } from './download.ts';
import { seq } from './notification.ts';

/** Bytes of one message; more than 20 a second, or more than 50 channels on one connection, are refused. */
export const MAX_CLIENT_MESSAGE_BYTES = 4 * 1024;
export const MAX_CLIENT_MESSAGES_PER_SECOND = 20;
export const MAX_SUBSCRIPTIONS = 50;

const channel = z.string().min(1).max(80).meta({ example: 'queue' });

/** Everything a client may say over a WebSocket. */
export const clientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping'), timestamp: z.unknown().optional() }),
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('subscribe'), channel, download_id: download.shape.id.optional() }),
  z.object({ type: z.literal('unsubscribe'), channel }),
  z.object({ type: z.literal('resume'), channel, seq }),
]);
export type ClientMessage = z.infer<typeof clientMessage>;
