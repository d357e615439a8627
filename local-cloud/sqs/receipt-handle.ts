import { SqsError } from './sqs-error.ts';

/** What a receipt handle stands for: one receive of one message. */
export type Receipt = { messageId: string; receiveCount: number };

export function receiptHandle(queueName: string, receipt: Receipt): string {
  return Buffer.from(`${queueName} ${receipt.messageId} ${receipt.receiveCount}`).toString('base64');
}

/** Throws ReceiptHandleIsInvalid for what this queue never gave out. */
export function parseReceiptHandle(queueName: string, handle: string): Receipt {
  const [queue, messageId, count, ...rest] = Buffer.from(handle, 'base64').toString().split(' ');
  const receipt = { messageId: messageId ?? '', receiveCount: Number(count) };
  if (queue !== queueName || rest.length > 0 || receiptHandle(queueName, receipt) !== handle)
    throw new SqsError(
      'ReceiptHandleIsInvalid',
      `The input receipt handle "${handle.slice(0, 100)}" is not a valid receipt handle.`,
    );
  return receipt;
}
