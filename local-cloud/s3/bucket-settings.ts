import * as z from 'zod';
import { tag } from './object-store.ts';

/** S3's CORSRule, as CloudFormation spells it in camelCase. */
const corsRule = z.strictObject({
  id: z.string().max(255).optional(),
  allowedOrigins: z.array(z.string().regex(/^[^*]*\*?[^*]*$/)).min(1),
  allowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])).min(1),
  allowedHeaders: z.array(z.string().regex(/^[^*]*\*?[^*]*$/)).optional(),
  exposeHeaders: z.array(z.string()).optional(),
  maxAgeSeconds: z.int().nonnegative().optional(),
});
export type CorsRule = z.infer<typeof corsRule>;

/** S3's lifecycle Rule, its Filter spread out. Days count from midnight UTC after the day's end, as S3 counts them. */
const lifecycleRule = z
  .strictObject({
    id: z.string().max(255).optional(),
    status: z.enum(['Enabled', 'Disabled']),
    prefix: z.string().optional(),
    tags: z.array(tag).optional(),
    objectSizeGreaterThan: z.int().nonnegative().optional(),
    objectSizeLessThan: z.int().positive().optional(),
    expirationDays: z.int().positive().optional(),
    expirationDate: z.iso.datetime().optional(),
    abortIncompleteMultipartUploadDays: z.int().positive().optional(),
  })
  .refine(
    (rule) =>
      rule.expirationDays !== undefined ||
      rule.expirationDate !== undefined ||
      rule.abortIncompleteMultipartUploadDays !== undefined,
    'At least one action needs to be specified in a rule',
  );
export type LifecycleRule = z.infer<typeof lifecycleRule>;

/** One of S3's notification configurations: which objects' events go to which queue, function or topic. */
const notificationRule = z.strictObject({
  id: z.string().max(255).optional(),
  kind: z.enum(['Queue', 'CloudFunction', 'Topic']).default('Queue'),
  targetArn: z.string().startsWith('arn:'),
  /** `s3:ObjectCreated:*`, `s3:ObjectRemoved:Delete`… */
  events: z
    .array(
      z.enum([
        's3:ObjectCreated:*',
        's3:ObjectCreated:Put',
        's3:ObjectCreated:Post',
        's3:ObjectCreated:Copy',
        's3:ObjectCreated:CompleteMultipartUpload',
        's3:ObjectRemoved:*',
        's3:ObjectRemoved:Delete',
        's3:ObjectTagging:*',
        's3:ObjectTagging:Put',
        's3:ObjectTagging:Delete',
        's3:LifecycleExpiration:*',
        's3:LifecycleExpiration:Delete',
      ]),
    )
    .min(1),
  prefix: z.string().optional(),
  suffix: z.string().optional(),
});
export type NotificationRule = z.infer<typeof notificationRule>;

export const corsRules = z.array(corsRule).max(100);
export const lifecycleRules = z.array(lifecycleRule).max(1000);
export const notificationRules = z.array(notificationRule).max(100);

export const bucketSettings = z.strictObject({
  cors: corsRules.optional(),
  lifecycle: lifecycleRules.optional(),
  notifications: notificationRules.optional(),
});

/** What a bucket is configured with. A key that is not listed here is refused: it would silently do nothing. */
export type BucketSettings = z.input<typeof bucketSettings>;
export type ParsedBucketSettings = z.infer<typeof bucketSettings>;
