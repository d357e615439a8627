import * as z from 'zod';
import { corsConfiguration } from '../../gateway/cors.ts';
import { boolean, number, text, textMap, withoutEffect } from './scalars.ts';

export const lambdaFunction = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.union([
    z.strictObject({ S3Bucket: z.string(), S3Key: z.string(), SourceKMSKeyArn: withoutEffect }),
    z.strictObject({ ZipFile: z.string() }),
  ]),
  Environment: z.strictObject({ Variables: textMap.default({}) }).default({ Variables: {} }),
  Handler: z.string(),
  MemorySize: number.default(128),
  ReservedConcurrentExecutions: number.optional(),
  Runtime: z.string(),
  Timeout: number.default(3),
  Layers: z.array(z.string()).default([]),
  PackageType: z.literal('Zip').optional(),
  Architectures: withoutEffect,
  Description: withoutEffect,
  EphemeralStorage: withoutEffect,
  KmsKeyArn: withoutEffect,
  LoggingConfig: withoutEffect,
  RecursiveLoop: withoutEffect,
  Role: withoutEffect,
  RuntimeManagementConfig: withoutEffect,
  SnapStart: withoutEffect,
  Tags: withoutEffect,
  TracingConfig: withoutEffect,
});

const onFailure = z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }).optional() });

export const eventSourceMapping = z.strictObject({
  BatchSize: number.optional(),
  BisectBatchOnFunctionError: boolean.default(false),
  DestinationConfig: onFailure.optional(),
  Enabled: boolean.default(true),
  EventSourceArn: z.string(),
  FilterCriteria: z
    .strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })).default([]) })
    .default({ Filters: [] }),
  FunctionName: z.string(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  MaximumBatchingWindowInSeconds: number.default(0),
  MaximumRecordAgeInSeconds: number.default(-1),
  MaximumRetryAttempts: number.default(-1),
  ParallelizationFactor: number.default(1),
  ScalingConfig: z.strictObject({ MaximumConcurrency: number.exactOptional() }).default({}),
  StartingPosition: z.enum(['LATEST', 'TRIM_HORIZON']).optional(),
  LoggingConfig: withoutEffect,
  MetricsConfig: withoutEffect,
  Tags: withoutEffect,
});

export const eventInvokeConfig = z.strictObject({
  DestinationConfig: onFailure.optional(),
  FunctionName: z.string(),
  MaximumRetryAttempts: number.optional(),
  // Two retries are over in less than the shortest age that may be asked for, a minute, unless the function is throttled.
  MaximumEventAgeInSeconds: withoutEffect,
  Qualifier: withoutEffect,
});

export const functionUrl = z.strictObject({
  AuthType: z.enum(['NONE', 'AWS_IAM']),
  Cors: corsConfiguration.optional(),
  InvokeMode: z.enum(['BUFFERED', 'RESPONSE_STREAM']).default('BUFFERED'),
  Qualifier: withoutEffect,
  TargetFunctionArn: z.string(),
});

export const permission = z.object({
  Action: z.string(),
  FunctionName: z.string(),
  Principal: z.string(),
});

export const version = z.strictObject({
  FunctionName: z.string(),
  CodeSha256: withoutEffect,
  Description: withoutEffect,
  RuntimePolicy: withoutEffect,
});

/** An alias of the newest version is the function itself; one that divides traffic is refused. */
export const alias = z.strictObject({
  FunctionName: z.string(),
  FunctionVersion: text,
  Name: z.string(),
  Description: withoutEffect,
});
