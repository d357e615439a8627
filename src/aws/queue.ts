import { ChangeMessageVisibilityCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export type Queue<T> = {
  /** Resolves when SQS has the message; it may be delivered more than once. */
  send(message: T): Promise<void>;
};

/** The queue that carries messages of one shape. */
export function queue<T>(client: SQSClient, url: string): Queue<T> {
  return {
    async send(message) {
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message) }));
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
