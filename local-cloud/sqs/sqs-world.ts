import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CREDENTIALS, REGION } from '../aws-request.ts';
import { startEndpoint } from '../endpoint.ts';
import { openQueues, type Queues } from './queues.ts';

type Extra = {
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
  MessageAttributes?: Record<string, MessageAttributeValue>;
};

/** For specs: SQS over the wire, with the real SDK and a clock that can be put forward. */
export async function sqsWorld() {
  const dir = mkdtempSync(join(tmpdir(), 'sqs-'));
  let ahead = 0;
  let url = '';
  const open = (): Promise<Queues> => openQueues({ dir, url: () => url, now: () => Date.now() + ahead });
  let queues = await open();
  const endpoint = await startEndpoint({ port: 0, services: { sqs: (request) => queues.service(request) } });
  url = endpoint.url;
  const client = new SQSClient({ endpoint: url, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });

  return {
    client,
    dir,
    queues: () => queues,
    /** Lets time pass, for the queues alone. */
    pass(ms: number): void {
      ahead += ms;
    },
    /** Closes all queues and opens them from what they left in their directory. */
    async reopen(): Promise<void> {
      await queues.stop();
      queues = await open();
    },
    async stop(): Promise<void> {
      client.destroy();
      await queues.stop();
      await endpoint.stop();
      rmSync(dir, { recursive: true });
    },
    async create(name: string, attributes: Record<string, string> = {}): Promise<string> {
      const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
      return QueueUrl ?? '';
    },
    send: (QueueUrl: string, MessageBody: string, extra: Extra = {}) =>
      client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...extra })),
    async receive(QueueUrl: string, options: { max?: number; wait?: number } = {}): Promise<Message[]> {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: options.max ?? 10,
          WaitTimeSeconds: options.wait ?? 0,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        }),
      );
      return Messages;
    },
    delete: (QueueUrl: string, { ReceiptHandle }: Message) =>
      client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
    hide: (QueueUrl: string, { ReceiptHandle }: Message, VisibilityTimeout: number) =>
      client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    async attributes(QueueUrl: string): Promise<Record<string, string>> {
      const { Attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      );
      return Attributes;
    },
  };
}

export type SqsWorld = Awaited<ReturnType<typeof sqsWorld>>;

export const bodies = (messages: Message[]) => messages.map(({ Body = '' }) => Body);
export const counts = (messages: Message[]) =>
  messages.map(({ Attributes }) => Attributes?.['ApproximateReceiveCount']);
