import type { AwsService } from '../aws-request.ts';
import type { Received } from './message.ts';
import { messageOperations } from './message-operations.ts';
import { moveTaskOperations } from './move-tasks.ts';
import { queueAttributes, queueOperations } from './queue-operations.ts';
import { QueueRegistry } from './queue-registry.ts';
import { checkAttributes, queueArn, withDefaults } from './queue-settings.ts';
import { sqsService } from './service.ts';

export type { Received } from './message.ts';

/** SQS for one account in one region. What a send was acknowledged for survives the death of the process. */
export type Queues = {
  /** The API as the SDKs speak it. */
  service: AwsService;
  /** The queue as the template has it: made if it does not exist, its attributes replaced and its messages kept if it does. */
  create(name: string, attributes: Record<string, string>): { name: string; url: string; arn: string };
  send(
    queueName: string,
    body: string,
    options?: { groupId?: string; deduplicationId?: string; delaySeconds?: number },
  ): Promise<void>;
  receive(queueName: string, options: { max: number; waitMs: number; signal?: AbortSignal }): Promise<Received[]>;
  delete(queueName: string, receiptHandle: string): Promise<void>;
  changeVisibility(queueName: string, receiptHandle: string, seconds: number): Promise<void>;
  /** What GetQueueAttributes answers for `All`. */
  attributes(queueName: string): Record<string, string>;
  /** Ends every long poll empty-handed and closes the journals. */
  stop(): Promise<void>;
};

/** Opens the queues whose journals are in the directory; one process at a time may have it open. */
export async function openQueues(options: { dir: string; url: () => string; now?: () => number }): Promise<Queues> {
  const registry = new QueueRegistry({ now: Date.now, ...options });
  const stopping = new AbortController();
  const service = sqsService({
    ...queueOperations(registry),
    ...messageOperations(registry),
    ...moveTaskOperations(registry, stopping.signal),
  });
  return {
    service,
    create(name, given) {
      checkAttributes(name, given);
      const attributes = withDefaults(name, given);
      const existing = registry.find(name);
      if (existing === undefined) registry.create(name, attributes, {});
      else existing.define({ attributes, modifiedAt: registry.now() });
      return { name, url: registry.url(name), arn: queueArn(name) };
    },
    async send(queueName, body, { groupId, deduplicationId, delaySeconds } = {}) {
      registry.get(queueName).send([{ body, groupId, deduplicationId, delaySeconds }]);
    },
    async receive(queueName, wanted) {
      return registry.get(queueName).receive(wanted);
    },
    async delete(queueName, receiptHandle) {
      registry.get(queueName).delete(receiptHandle);
    },
    async changeVisibility(queueName, receiptHandle, seconds) {
      registry.get(queueName).changeVisibility(receiptHandle, seconds);
    },
    attributes: (queueName) => queueAttributes(registry.get(queueName)),
    async stop() {
      stopping.abort();
      registry.close();
    },
  };
}
