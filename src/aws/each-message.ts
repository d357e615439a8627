import * as z from 'zod';
import type { Receipts } from './queue.ts';
import { log } from './log.ts';

const input = z.object({
  Records: z.array(z.object({ messageId: z.string(), receiptHandle: z.string(), body: z.string() })),
});
type Record = z.infer<typeof input>['Records'][number];

/** How a message in hand is kept from the other consumers. */
export type Delivery = {
  /** Hides the message for so many seconds from now; a dead worker's message comes back after that. */
  hide(seconds: number): Promise<void>;
};

/** Thrown by a handler that cannot take the message now: it comes again after so many seconds. */
export class TryAgainIn extends Error {
  override readonly name = 'TryAgainIn';
  readonly seconds: number;
  constructor(seconds: number, options?: ErrorOptions) {
    super(`to be tried again in ${seconds} s`, options);
    this.seconds = seconds;
  }
}

type Context = { getRemainingTimeInMillis(): number };
type Handler<T> = (message: T, delivery: Delivery, context: Context) => Promise<void>;
type PartialResponse = { batchItemFailures: { itemIdentifier: string }[] };

/**
 * The SQS edge: each message is parsed and handled on its own; one that throws is delivered again, the others are not.
 * A message of the wrong shape can never succeed, so it is logged and dropped.
 */
export function eachMessage<T>(schema: z.ZodType<T>, receipts: Receipts | null, handle: Handler<T>) {
  const handleOne = async (record: Record, context: Context): Promise<void> => {
    const message = schema.safeParse(parseJson(record.body));
    if (!message.success) {
      log.error('message dropped: not of the expected shape', { message_id: record.messageId, error: message.error });
      return;
    }
    const delivery: Delivery = { hide: async (seconds) => receipts?.hide(record.receiptHandle, seconds) };
    try {
      await handle(message.data, delivery, context);
    } catch (error) {
      if (error instanceof TryAgainIn) await delivery.hide(error.seconds);
      throw error;
    }
  };
  return async (event: unknown, context: Context): Promise<PartialResponse> => {
    const { Records } = input.parse(event);
    const results = await Promise.allSettled(Records.map((record) => handleOne(record, context)));
    const failed = Records.filter((record, index) => {
      const result = results[index];
      if (result?.status !== 'rejected') return false;
      log.warn('message left in the queue', { message_id: record.messageId, error: result.reason });
      return true;
    });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };
}

/**
 * The edge of a FIFO queue: a batch is handled whole, in the order it came. The handler answers with the messages it could not
 * handle; they, and those behind them in their group, come again. A message of the wrong shape is logged and dropped.
 */
export function messageBatch<T>(schema: z.ZodType<T>, handle: (batch: T[]) => Promise<T[]>) {
  return async (event: unknown): Promise<PartialResponse> => {
    const ids = new Map<T, string>();
    for (const { messageId, body } of input.parse(event).Records) {
      const message = schema.safeParse(parseJson(body));
      if (message.success) ids.set(message.data, messageId);
      else log.error('message dropped: not of the expected shape', { message_id: messageId, error: message.error });
    }
    const failed = await handle([...ids.keys()]);
    return { batchItemFailures: failed.map((message) => ({ itemIdentifier: ids.get(message) ?? '' })) };
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
