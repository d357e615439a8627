import * as z from 'zod';
import { boolean, number, textMap, withoutEffect } from './scalars.ts';

const corsRule = z.strictObject({
  AllowedHeaders: z.array(z.string()).exactOptional(),
  AllowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
  AllowedOrigins: z.array(z.string()),
  ExposedHeaders: z.array(z.string()).exactOptional(),
  Id: withoutEffect,
  MaxAge: number.exactOptional(),
});

/** Only what needs no calendar of versions and storage classes. */
const lifecycleRule = z.strictObject({
  AbortIncompleteMultipartUpload: z.strictObject({ DaysAfterInitiation: number }).optional(),
  ExpirationInDays: number.optional(),
  Id: withoutEffect,
  NoncurrentVersionExpiration: withoutEffect,
  ObjectSizeGreaterThan: number.optional(),
  ObjectSizeLessThan: number.optional(),
  Prefix: z.string().optional(),
  Status: z.enum(['Enabled', 'Disabled']),
});

const filterRules = z.array(z.strictObject({ Name: z.string(), Value: z.string() }));
const nativeFilter = z.strictObject({ S3Key: z.strictObject({ Rules: filterRules }) }).optional();

export const bucket = z.strictObject({
  BucketName: z.string().optional(),
  CorsConfiguration: z.strictObject({ CorsRules: z.array(corsRule) }).optional(),
  LifecycleConfiguration: z
    .strictObject({ Rules: z.array(lifecycleRule), TransitionDefaultMinimumObjectSize: withoutEffect })
    .optional(),
  NotificationConfiguration: z
    .strictObject({
      LambdaConfigurations: z
        .array(z.strictObject({ Event: z.string(), Function: z.string(), Filter: nativeFilter }))
        .default([]),
      QueueConfigurations: z
        .array(z.strictObject({ Event: z.string(), Queue: z.string(), Filter: nativeFilter }))
        .default([]),
    })
    .optional(),
  VersioningConfiguration: z.strictObject({ Status: z.literal('Suspended') }).optional(),
  AccessControl: withoutEffect,
  BucketEncryption: withoutEffect,
  LoggingConfiguration: withoutEffect,
  MetricsConfigurations: withoutEffect,
  OwnershipControls: withoutEffect,
  PublicAccessBlockConfiguration: withoutEffect,
  Tags: withoutEffect,
});

const customFilter = z.strictObject({ Key: z.strictObject({ FilterRules: filterRules }) }).optional();

/** What CDK's own custom resource for `bucket.addEventNotification` is given. */
export const bucketNotifications = z.strictObject({
  ServiceToken: withoutEffect,
  BucketName: z.string(),
  NotificationConfiguration: z.strictObject({
    LambdaFunctionConfigurations: z
      .array(
        z.strictObject({
          Id: withoutEffect,
          Events: z.array(z.string()),
          LambdaFunctionArn: z.string(),
          Filter: customFilter,
        }),
      )
      .default([]),
    QueueConfigurations: z
      .array(
        z.strictObject({ Id: withoutEffect, Events: z.array(z.string()), QueueArn: z.string(), Filter: customFilter }),
      )
      .default([]),
  }),
  Managed: withoutEffect,
  SkipDestinationValidation: withoutEffect,
});

/** What CDK's own custom resource for `BucketDeployment` is given. */
export const bucketDeployment = z.strictObject({
  ServiceToken: withoutEffect,
  SourceBucketNames: withoutEffect,
  SourceObjectKeys: z.array(z.string()),
  SourceMarkers: z.array(textMap).optional(),
  SourceMarkersConfig: z.array(z.strictObject({ jsonEscape: boolean.optional() })).optional(),
  DestinationBucketName: z.string(),
  DestinationBucketKeyPrefix: z.string().default(''),
  Prune: boolean.default(true),
  SystemMetadata: z
    .strictObject({ 'cache-control': z.string().exactOptional(), 'content-type': z.string().exactOptional() })
    .default({}),
  UserMetadata: textMap.default({}),
  DistributionId: withoutEffect,
  DistributionPaths: withoutEffect,
  OutputObjectKeys: withoutEffect,
  RetainOnDelete: withoutEffect,
  WaitForDistributionInvalidation: withoutEffect,
});

const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

/** Permissions are not evaluated; of a bucket's only `s3:ListBucket` shows: it turns a missing key's 403 into 404. */
export const bucketPolicy = z.strictObject({
  Bucket: z.string(),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.string(), Action: oneOrMore.default([]) })),
  }),
});
