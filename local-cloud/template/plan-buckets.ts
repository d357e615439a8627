import type * as z from 'zod';
import { bucketSettings, type BucketSettings } from '../s3/bucket-settings.ts';
import { bucket, bucketNotifications, bucketPolicy } from './properties/s3.ts';
import type { ReadResources } from './read-resources.ts';
import { TemplateRefused } from './template-refused.ts';

/** `listable`: its policy lets somebody list it, as far as this cloud looks at policies. */
export type BucketPlan = { name: string; settings: BucketSettings; listable: boolean };

type Properties = z.infer<typeof bucket>;
type Rule = { kind: 'Queue' | 'CloudFunction'; targetArn: string; events: string[]; prefix: string; suffix: string };

/** Every bucket with what its own properties and CDK's custom resource for notifications ask of it. */
export function planBuckets(read: ReadResources): BucketPlan[] {
  const added = read('Custom::S3BucketNotifications', bucketNotifications);
  const listable = new Set(
    read('AWS::S3::BucketPolicy', bucketPolicy)
      .filter(grantsListing)
      .map(({ properties }) => properties.Bucket),
  );
  return read('AWS::S3::Bucket', bucket).map(({ logicalId, name, properties }) => {
    const notifications = [
      ...ownNotifications(properties),
      ...added
        .filter((each) => each.properties.BucketName === name)
        .flatMap((each) => addedNotifications(each.properties)),
    ];
    const settings = bucketSettings.safeParse({
      cors: properties.CorsConfiguration?.CorsRules.map(corsRule),
      lifecycle: properties.LifecycleConfiguration?.Rules.map(lifecycleRule),
      notifications,
    });
    if (!settings.success) throw new TemplateRefused(`${logicalId} (AWS::S3::Bucket): ${settings.error.message}`);
    return { name, settings: settings.data, listable: listable.has(name) };
  });
}

function grantsListing({ properties }: { properties: z.infer<typeof bucketPolicy> }): boolean {
  const { Statement } = properties.PolicyDocument;
  return Statement.some(({ Effect, Action }) => Effect === 'Allow' && Action.includes('s3:ListBucket'));
}

function corsRule(rule: NonNullable<Properties['CorsConfiguration']>['CorsRules'][number]) {
  return {
    allowedHeaders: rule.AllowedHeaders,
    allowedMethods: rule.AllowedMethods,
    allowedOrigins: rule.AllowedOrigins,
    exposeHeaders: rule.ExposedHeaders,
    maxAgeSeconds: rule.MaxAge,
  };
}

function lifecycleRule(rule: NonNullable<Properties['LifecycleConfiguration']>['Rules'][number]) {
  return {
    status: rule.Status,
    prefix: rule.Prefix,
    objectSizeGreaterThan: rule.ObjectSizeGreaterThan,
    objectSizeLessThan: rule.ObjectSizeLessThan,
    expirationDays: rule.ExpirationInDays,
    abortIncompleteMultipartUploadDays: rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  };
}

function ownNotifications({ NotificationConfiguration }: Properties): Rule[] {
  return [
    ...(NotificationConfiguration?.LambdaConfigurations ?? []).map(({ Event, Function, Filter }) =>
      rule('CloudFunction', Function, [Event], Filter?.S3Key.Rules),
    ),
    ...(NotificationConfiguration?.QueueConfigurations ?? []).map(({ Event, Queue, Filter }) =>
      rule('Queue', Queue, [Event], Filter?.S3Key.Rules),
    ),
  ];
}

function addedNotifications({ NotificationConfiguration }: z.infer<typeof bucketNotifications>): Rule[] {
  return [
    ...NotificationConfiguration.LambdaFunctionConfigurations.map(({ Events, LambdaFunctionArn, Filter }) =>
      rule('CloudFunction', LambdaFunctionArn, Events, Filter?.Key.FilterRules),
    ),
    ...NotificationConfiguration.QueueConfigurations.map(({ Events, QueueArn, Filter }) =>
      rule('Queue', QueueArn, Events, Filter?.Key.FilterRules),
    ),
  ];
}

function rule(
  kind: Rule['kind'],
  targetArn: string,
  events: string[],
  filters: { Name: string; Value: string }[] = [],
): Rule {
  const filter = (name: string): string => filters.find(({ Name }) => Name.toLowerCase() === name)?.Value ?? '';
  return { kind, targetArn, events, prefix: filter('prefix'), suffix: filter('suffix') };
}
