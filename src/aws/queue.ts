import { randomUUID } from 'node:crypto';
import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export type Queue<T> = {
  /** Resolves when SQS has the message; it may be delivered more than once. In a FIFO queue a group's messages keep their order. */
  send(message: T, group?: string): Promise<void>;
};

/** The queue that carries messages of one shape. */
export function queue<T>(client: SQSClient, url: string): Queue<T> {
  return {
    async send(message, group) {
      const MessageBody = JSON.stringify(message);
      // The queue would take two equal messages for one that was sent twice: two are meant.
      const fifo = group === undefined ? {} : { MessageGroupId: group, MessageDeduplicationId: randomUUID() };
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody, ...fifo }));
    },
  };
}

export type Receipts = {
  /** Hides a received message for so many seconds from now. */
  hide(receiptHandle: string, seconds: number): Promise<void>;
};

export function receipts(client: SQSClient, url: string): Receipts {
  return {
    async hide(receiptHandle, seconds) {
      const command = { QueueUrl: url, ReceiptHandle: receiptHandle, VisibilityTimeout: Math.ceil(seconds) };
      await client.send(new ChangeMessageVisibilityCommand(command));
    },
  };
}

export const sqsClient = (): SQSClient => new SQSClient({});
