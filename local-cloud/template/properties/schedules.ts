import * as z from 'zod';
import { withoutEffect } from './scalars.ts';

const state = z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED');

export const schedule = z.strictObject({
  Name: z.string().optional(),
  FlexibleTimeWindow: z.strictObject({ Mode: z.literal('OFF'), MaximumWindowInMinutes: withoutEffect }),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().exactOptional(),
  State: state,
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().optional(),
    // The function's own asynchronous retries follow; these are for a service that does not even accept the call.
    DeadLetterConfig: withoutEffect,
    RetryPolicy: withoutEffect,
    RoleArn: withoutEffect,
  }),
  Description: withoutEffect,
  GroupName: withoutEffect,
  KmsKeyArn: withoutEffect,
});

export const rule = z.strictObject({
  Name: z.string().optional(),
  EventBusName: z.literal('default').optional(),
  ScheduleExpression: z.string(),
  State: state,
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        Input: z.string().optional(),
        DeadLetterConfig: withoutEffect,
        RetryPolicy: withoutEffect,
        RoleArn: withoutEffect,
      }),
    )
    .default([]),
  Description: withoutEffect,
  RoleArn: withoutEffect,
  Tags: withoutEffect,
});

export const ssmParameter = z.strictObject({
  Name: z.string().optional(),
  Type: z.enum(['String', 'StringList']),
  Value: z.string(),
  AllowedPattern: withoutEffect,
  DataType: withoutEffect,
  Description: withoutEffect,
  Policies: withoutEffect,
  Tags: withoutEffect,
  Tier: withoutEffect,
});
