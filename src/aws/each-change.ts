import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { log } from './log.ts';

const input = z.object({
  Records: z.array(
    z.object({
      dynamodb: z.object({
        SequenceNumber: z.string(),
        NewImage: z.record(
          z.string(),
          z.custom<AttributeValue>((value) => typeof value === 'object'),
        ),
      }),
    }),
  ),
});
type PartialResponse = { batchItemFailures: { itemIdentifier: string }[] };

/** What one stream record carried, with the way to say that it, and so all after it, must come again. */
export type Change<T> = { item: T; sequenceNumber: string };

/**
 * The DynamoDB Streams edge: a batch is parsed and handled whole. The handler answers with the changes it could not handle;
 * the stream then comes again from the first of them. A record of the wrong shape is logged and passed over.
 */
export function changes<T>(schema: z.ZodType<T>, handle: (batch: Change<T>[]) => Promise<Change<T>[]>) {
  return async (event: unknown): Promise<PartialResponse> => {
    const batch: Change<T>[] = [];
    for (const { dynamodb } of input.parse(event).Records) {
      const item = schema.safeParse(unmarshall(dynamodb.NewImage));
      if (item.success) batch.push({ item: item.data, sequenceNumber: dynamodb.SequenceNumber });
      else log.error('change passed over: not of the expected shape', { error: item.error });
    }
    const failed = await handle(batch);
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };
}
