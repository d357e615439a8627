import * as z from 'zod';
import { boolean, number, withoutEffect } from './scalars.ts';

export const queue = z.strictObject({
  QueueName: z.string().optional(),
  ContentBasedDeduplication: boolean.optional(),
  DeduplicationScope: z.string().optional(),
  DelaySeconds: number.optional(),
  FifoQueue: boolean.optional(),
  FifoThroughputLimit: z.string().optional(),
  MaximumMessageSize: number.optional(),
  MessageRetentionPeriod: number.optional(),
  ReceiveMessageWaitTimeSeconds: number.optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: number }).optional(),
  RedriveAllowPolicy: z
    .strictObject({ redrivePermission: z.string(), sourceQueueArns: z.array(z.string()).optional() })
    .optional(),
  VisibilityTimeout: number.optional(),
  KmsDataKeyReusePeriodSeconds: withoutEffect,
  KmsMasterKeyId: withoutEffect,
  SqsManagedSseEnabled: withoutEffect,
  Tags: withoutEffect,
});
