import * as z from 'zod';
import { ACCOUNT_ID } from '../aws-request.ts';
import { type Operation, operation } from './operation.ts';
import type { Queue } from './queue.ts';
import type { QueueRegistry } from './queue-registry.ts';
import {
  allowsRedriveFrom,
  checkAttributes,
  isSettable,
  type QueueAttributes,
  queueArn,
  readSettings,
  withDefaults,
} from './queue-settings.ts';
import { invalidValue, SqsError } from './sqs-error.ts';

const MINUTE_MS = 60_000;
const PAGE = 1000;

const strings = z.record(z.string(), z.string());
const queue = { QueueUrl: z.string() };
const page = { MaxResults: z.int().min(1).max(PAGE).optional(), NextToken: z.string().optional() };

/** The operations on queues as such. */
export function queueOperations(registry: QueueRegistry): Record<string, Operation> {
  const deletedAt = new Map<string, number>();
  const purgedAt = new WeakMap<Queue, number>();

  return {
    CreateQueue: operation(
      z.strictObject({ QueueName: z.string(), Attributes: strings.optional(), tags: strings.optional() }),
      ({ QueueName: name, Attributes: given = {}, tags = {} }) => {
        checkAttributes(name, given);
        const attributes = withDefaults(name, given);
        checkRedrive(registry, name, attributes);
        const existing = registry.find(name);
        if (existing !== undefined) {
          const differs = Object.keys(given).find((key) => existing.definition.attributes[key] !== given[key]);
          if (differs !== undefined)
            throw new SqsError(
              'QueueNameExists',
              `A queue already exists with the same name and a different value for attribute ${differs}`,
            );
        } else if (registry.now() - (deletedAt.get(name) ?? -Infinity) < MINUTE_MS)
          throw new SqsError(
            'QueueDeletedRecently',
            'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
          );
        else registry.create(name, attributes, tags);
        return { QueueUrl: registry.url(name) };
      },
    ),

    DeleteQueue: operation(z.strictObject(queue), ({ QueueUrl }) => {
      const { name } = registry.byUrl(QueueUrl).definition;
      registry.delete(name);
      for (const [other, at] of deletedAt) if (registry.now() - at >= MINUTE_MS) deletedAt.delete(other);
      deletedAt.set(name, registry.now());
      return {};
    }),

    ListQueues: operation(z.strictObject({ ...page, QueueNamePrefix: z.string().optional() }), (input) => {
      const names = registry.all().map(({ definition }) => definition.name);
      const { some, next } = paged(
        names.filter((name) => name.startsWith(input.QueueNamePrefix ?? '')),
        input,
      );
      return { QueueUrls: some.map((name) => registry.url(name)), NextToken: next };
    }),

    GetQueueUrl: operation(
      z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
      ({ QueueName, QueueOwnerAWSAccountId = ACCOUNT_ID }) => {
        if (QueueOwnerAWSAccountId !== ACCOUNT_ID) return registry.get('');
        return { QueueUrl: registry.url(registry.get(QueueName).definition.name) };
      },
    ),

    GetQueueAttributes: operation(
      z.strictObject({ ...queue, AttributeNames: z.array(z.string()).optional() }),
      ({ QueueUrl, AttributeNames: wanted = [] }) => {
        const all = queueAttributes(registry.byUrl(QueueUrl));
        const attributes = wanted.includes('All') ? all : pick(all, wanted);
        return Object.keys(attributes).length === 0 ? {} : { Attributes: attributes };
      },
    ),

    SetQueueAttributes: operation(
      z.strictObject({ ...queue, Attributes: strings }),
      ({ QueueUrl, Attributes: given }) => {
        const target = registry.byUrl(QueueUrl);
        const { name, attributes: before } = target.definition;
        checkAttributes(name, given);
        if (given['FifoQueue'] !== undefined && given['FifoQueue'] !== before['FifoQueue'])
          throw invalidValue('FifoQueue', given['FifoQueue'], 'Modifying queue type is not supported.');
        const attributes = withDefaults(name, { ...before, ...given });
        checkRedrive(registry, name, attributes);
        target.define({ attributes, modifiedAt: registry.now() });
        return {};
      },
    ),

    PurgeQueue: operation(z.strictObject(queue), ({ QueueUrl }) => {
      const target = registry.byUrl(QueueUrl);
      if (registry.now() - (purgedAt.get(target) ?? -Infinity) < MINUTE_MS)
        throw new SqsError('PurgeQueueInProgress', 'Only one PurgeQueue operation is allowed every 60 seconds.');
      purgedAt.set(target, registry.now());
      target.purge();
      return {};
    }),

    TagQueue: operation(z.strictObject({ ...queue, Tags: strings }), ({ QueueUrl, Tags }) => {
      const target = registry.byUrl(QueueUrl);
      const tags = { ...target.definition.tags, ...Tags };
      if (Object.keys(tags).length > 50)
        throw invalidValue('Tags', Object.keys(tags).length, 'A queue may have 50 tags.');
      target.define({ tags });
      return {};
    }),

    UntagQueue: operation(z.strictObject({ ...queue, TagKeys: z.array(z.string()) }), ({ QueueUrl, TagKeys }) => {
      const target = registry.byUrl(QueueUrl);
      const kept = Object.entries(target.definition.tags).filter(([key]) => !TagKeys.includes(key));
      target.define({ tags: Object.fromEntries(kept) });
      return {};
    }),

    ListQueueTags: operation(z.strictObject(queue), ({ QueueUrl }) => ({
      Tags: registry.byUrl(QueueUrl).definition.tags,
    })),

    ListDeadLetterSourceQueues: operation(z.strictObject({ ...queue, ...page }), (input) => {
      const sources = deadLetterSources(registry, registry.byUrl(input.QueueUrl).definition.name);
      const { some, next } = paged(
        sources.map(({ definition }) => definition.name),
        input,
      );
      return { queueUrls: some.map((name) => registry.url(name)), NextToken: next };
    }),
  };
}

/** Everything GetQueueAttributes can tell of a queue. */
export function queueAttributes(target: Queue): QueueAttributes {
  const { name, attributes, createdAt, modifiedAt } = target.definition;
  const { visible, inFlight, delayed } = target.counts();
  return {
    ...attributes,
    QueueArn: queueArn(name),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: String(Math.floor(createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(modifiedAt / 1000)),
  };
}

/** The queues whose messages end in the named one when they fail. */
export function deadLetterSources(registry: QueueRegistry, name: string): Queue[] {
  return registry.all().filter(({ settings }) => settings.redrive?.deadLetterArn === queueArn(name));
}

function checkRedrive(registry: QueueRegistry, name: string, attributes: QueueAttributes): void {
  const { redrive, fifo } = readSettings(attributes);
  if (redrive === undefined) return;
  const deadLetters = registry.findByArn(redrive.deadLetterArn);
  if (deadLetters === undefined) throw new SqsError('QueueDoesNotExist', 'Dead letter target does not exist.');
  const refuse = (reason: string) => invalidValue('RedrivePolicy', attributes['RedrivePolicy'], reason);
  if (deadLetters.definition.name === name) throw refuse('A queue cannot be its own dead-letter queue.');
  if (deadLetters.settings.fifo !== fifo) throw refuse('Dead-letter queue must be same type of queue as the source.');
  if (!allowsRedriveFrom(deadLetters.definition.attributes, queueArn(name)))
    throw refuse('The dead-letter queue does not allow this source queue.');
}

function pick(all: QueueAttributes, wanted: string[]): QueueAttributes {
  const picked: QueueAttributes = {};
  for (const name of wanted) {
    const value = all[name];
    if (value !== undefined) picked[name] = value;
    else if (!isSettable(name)) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return picked;
}

/** The page after `NextToken` of a sorted list. */
function paged(
  names: string[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
) {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString();
  const rest = names.filter((name) => name > after);
  const some = rest.slice(0, MaxResults ?? PAGE);
  const more = MaxResults !== undefined && rest.length > some.length;
  return { some, next: more ? Buffer.from(some.at(-1) ?? '').toString('base64url') : undefined };
}
