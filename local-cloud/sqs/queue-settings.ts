import * as z from 'zod';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import { SqsError } from './sqs-error.ts';

/** A queue's attributes that can be set, as the strings SQS keeps them in. */
export type QueueAttributes = Record<string, string>;

/** What the attributes mean. */
export type QueueSettings = {
  visibilityMs: number;
  delayMs: number;
  retentionMs: number;
  waitMs: number;
  maximumMessageSize: number;
  fifo: boolean;
  contentBasedDeduplication: boolean;
  deduplicateByGroup: boolean;
  redrive?: { deadLetterArn: string; maxReceiveCount: number };
};

const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};
const FIFO_DEFAULTS: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

const integer = (from: number, to: number) =>
  z.string().refine((text) => /^\d{1,9}$/.test(text) && Number(text) >= from && Number(text) <= to);
const flag = z.enum(['true', 'false']);
const json = z.string().refine((text) => text === '' || parseJson(text) !== undefined);

const redrivePolicy = z.object({
  deadLetterTargetArn: z.string().regex(/^arn:[^:]+:sqs:[^:]*:[^:]*:[^:]+$/),
  maxReceiveCount: z.coerce.number().int().min(1).max(1000),
});
const redriveAllowPolicy = z.discriminatedUnion('redrivePermission', [
  z.strictObject({ redrivePermission: z.literal('allowAll') }),
  z.strictObject({ redrivePermission: z.literal('denyAll') }),
  z.strictObject({ redrivePermission: z.literal('byQueue'), sourceQueueArns: z.array(z.string()).min(1).max(10) }),
]);

const VALUES: Record<string, z.ZodType> = {
  DelaySeconds: integer(0, 900),
  MaximumMessageSize: integer(1024, 1_048_576),
  MessageRetentionPeriod: integer(60, 1_209_600),
  ReceiveMessageWaitTimeSeconds: integer(0, 20),
  VisibilityTimeout: integer(0, 43_200),
  Policy: json,
  RedrivePolicy: z.string().refine((text) => text === '' || redrivePolicy.safeParse(parseJson(text)).success),
  RedriveAllowPolicy: z.string().refine((text) => text === '' || redriveAllowPolicy.safeParse(parseJson(text)).success),
  SqsManagedSseEnabled: flag,
  KmsMasterKeyId: z.string(),
  KmsDataKeyReusePeriodSeconds: integer(60, 86_400),
  FifoQueue: z.literal('true'),
  ContentBasedDeduplication: flag,
  DeduplicationScope: z.enum(['messageGroup', 'queue']),
  FifoThroughputLimit: z.enum(['perQueue', 'perMessageGroupId']),
};
const FIFO_ONLY = new Set(['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit']);

export function queueArn(name: string): string {
  return `arn:aws:sqs:${REGION}:${ACCOUNT_ID}:${name}`;
}

/** The attributes as given, checked by name and value; throws InvalidAttributeName or InvalidAttributeValue. */
export function checkAttributes(name: string, given: QueueAttributes): void {
  const fifo = name.endsWith('.fifo');
  for (const [key, value] of Object.entries(given)) {
    const schema = VALUES[key];
    if (schema === undefined || (FIFO_ONLY.has(key) && !fifo))
      throw new SqsError('InvalidAttributeName', `Unknown Attribute ${key}.`);
    if (!schema.safeParse(value).success)
      throw new SqsError('InvalidAttributeValue', `Invalid value for the parameter ${key}.`);
  }
}

/** Whether queues can have this attribute, even if one of them does not. */
export function isSettable(attribute: string): boolean {
  return VALUES[attribute] !== undefined;
}

/** All attributes of a queue that was created with these. */
export function withDefaults(name: string, given: QueueAttributes): QueueAttributes {
  const fifo = name.endsWith('.fifo');
  if (fifo && given['FifoQueue'] !== 'true')
    throw new SqsError('InvalidParameterValue', 'The name of a queue that is not FIFO cannot end in .fifo.');
  const all = { ...DEFAULTS, ...(fifo ? FIFO_DEFAULTS : {}), ...given };
  for (const [key, value] of Object.entries(all)) if (value === '') delete all[key];
  if (all['FifoThroughputLimit'] === 'perMessageGroupId' && all['DeduplicationScope'] !== 'messageGroup')
    throw new SqsError(
      'InvalidAttributeValue',
      'FifoThroughputLimit perMessageGroupId is allowed only when DeduplicationScope is messageGroup.',
    );
  return all;
}

export function readSettings(attributes: QueueAttributes): QueueSettings {
  const seconds = (key: string): number => Number(attributes[key] ?? 0) * 1000;
  const redrive = redrivePolicy.safeParse(parseJson(attributes['RedrivePolicy'] ?? ''));
  return {
    visibilityMs: seconds('VisibilityTimeout'),
    delayMs: seconds('DelaySeconds'),
    retentionMs: seconds('MessageRetentionPeriod'),
    waitMs: seconds('ReceiveMessageWaitTimeSeconds'),
    maximumMessageSize: Number(attributes['MaximumMessageSize']),
    fifo: attributes['FifoQueue'] === 'true',
    contentBasedDeduplication: attributes['ContentBasedDeduplication'] === 'true',
    deduplicateByGroup: attributes['DeduplicationScope'] === 'messageGroup',
    ...(redrive.success && {
      redrive: { deadLetterArn: redrive.data.deadLetterTargetArn, maxReceiveCount: redrive.data.maxReceiveCount },
    }),
  };
}

/** Whether a queue with these attributes lets another use it as its dead-letter queue. */
export function allowsRedriveFrom(attributes: QueueAttributes, sourceArn: string): boolean {
  const policy = redriveAllowPolicy.safeParse(parseJson(attributes['RedriveAllowPolicy'] ?? ''));
  if (!policy.success || policy.data.redrivePermission === 'allowAll') return true;
  return policy.data.redrivePermission === 'byQueue' && policy.data.sourceQueueArns.includes(sourceArn);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
