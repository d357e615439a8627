import * as z from 'zod';
import { parseTableProperties } from '../dynamodb/table-properties.ts';
import { bucketDeployment } from './properties/s3.ts';
import { ssmParameter } from './properties/schedules.ts';
import { queue } from './properties/sqs.ts';
import { requireAssetDirectory } from './plan-functions.ts';
import type { ReadResources } from './read-resources.ts';
import { blaming } from './template-refused.ts';

/** `streamArn` is the one the plan has for it; the running table's own ends in another label. */
export type TablePlan = { name: string; properties: Record<string, unknown>; streamArn: string };
export type QueuePlan = { name: string; attributes: Record<string, string> };
export type ParameterPlan = { name: string; type: 'String' | 'StringList'; value: string };

/** Files that CDK's BucketDeployment would copy into a bucket. */
export type DeploymentPlan = {
  logicalId: string;
  bucket: string;
  prefix: string;
  prune: boolean;
  systemMetadata: { 'cache-control'?: string; 'content-type'?: string };
  userMetadata: Record<string, string>;
  /** `markers` stand in the files for values that only the deployed stack knows. */
  sources: { directory: string; markers: Record<string, string>; jsonEscape: boolean }[];
};

export function planTables(read: ReadResources, streamArnOf: (logicalId: string) => string): TablePlan[] {
  return read('AWS::DynamoDB::Table', z.record(z.string(), z.unknown())).map(({ logicalId, name, properties }) => {
    // The engine's own list of what it knows: asked now, before anything runs.
    blaming(`${logicalId} (AWS::DynamoDB::Table)`, () => parseTableProperties(name, properties));
    return { name, properties, streamArn: streamArnOf(logicalId) };
  });
}

export function planQueues(read: ReadResources): QueuePlan[] {
  return read('AWS::SQS::Queue', queue).map(({ name, properties }) => ({
    name,
    attributes: Object.fromEntries(
      Object.entries(properties)
        .filter(([key, value]) => value !== undefined && value !== false && ATTRIBUTES.has(key))
        .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
  }));
}

const ATTRIBUTES = new Set([
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'DelaySeconds',
  'FifoQueue',
  'FifoThroughputLimit',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedriveAllowPolicy',
  'RedrivePolicy',
  'VisibilityTimeout',
]);

export function planParameters(read: ReadResources): ParameterPlan[] {
  return read('AWS::SSM::Parameter', ssmParameter).map(({ name, properties }) => ({
    name,
    type: properties.Type,
    value: properties.Value,
  }));
}

export function planDeployments(read: ReadResources, assets: Map<string, string>): DeploymentPlan[] {
  return read('Custom::CDKBucketDeployment', bucketDeployment).map(({ logicalId, properties }) => ({
    logicalId,
    bucket: properties.DestinationBucketName,
    prefix: properties.DestinationBucketKeyPrefix,
    prune: properties.Prune,
    systemMetadata: properties.SystemMetadata,
    userMetadata: properties.UserMetadata,
    sources: properties.SourceObjectKeys.map((key, index) => ({
      directory: requireAssetDirectory(logicalId, key, assets),
      markers: properties.SourceMarkers?.[index] ?? {},
      jsonEscape: properties.SourceMarkersConfig?.[index]?.jsonEscape ?? false,
    })),
  }));
}
