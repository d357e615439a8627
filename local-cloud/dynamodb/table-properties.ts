import type { CreateTableCommandInput, GlobalSecondaryIndex } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

/** What of a template's table concerns this engine. */
export type TableDefinition = {
  create: CreateTableCommandInput;
  /** The attribute that holds the time to live, when there is one. */
  ttlAttribute: string | undefined;
};

// Real on AWS, and of no consequence where there is one copy, one user and no bill.
const ignored = {
  ContributorInsightsSpecification: z.unknown().optional(),
  OnDemandThroughput: z.unknown().optional(),
  WarmThroughput: z.unknown().optional(),
};
const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) })).min(1);
const projection = z.strictObject({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
  NonKeyAttributes: z.array(z.string()).exactOptional(),
});
const throughput = z.strictObject({ ReadCapacityUnits: z.coerce.number(), WriteCapacityUnits: z.coerce.number() });
const index = z.strictObject({
  IndexName: z.string(),
  KeySchema: keySchema,
  Projection: projection,
  ProvisionedThroughput: throughput.exactOptional(),
  ...ignored,
});
const flag = z.union([z.boolean(), z.stringbool()]);

const tableProperties = z.strictObject({
  TableName: z.string().optional(),
  KeySchema: keySchema,
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  BillingMode: z.enum(['PAY_PER_REQUEST', 'PROVISIONED']).default('PROVISIONED'),
  ProvisionedThroughput: throughput.optional(),
  GlobalSecondaryIndexes: z.array(index).default([]),
  LocalSecondaryIndexes: z.array(index.omit({ ProvisionedThroughput: true })).default([]),
  StreamSpecification: z
    .strictObject({
      StreamViewType: z.enum(['NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES', 'KEYS_ONLY']),
      ResourcePolicy: z.unknown().optional(),
    })
    .optional(),
  TimeToLiveSpecification: z.strictObject({ AttributeName: z.string().optional(), Enabled: flag }).optional(),
  DeletionProtectionEnabled: z.unknown().optional(),
  PointInTimeRecoverySpecification: z.unknown().optional(),
  ResourcePolicy: z.unknown().optional(),
  SSESpecification: z.unknown().optional(),
  TableClass: z.unknown().optional(),
  Tags: z.unknown().optional(),
  ...ignored,
});

/** Reads the resolved properties of an AWS::DynamoDB::Table; throws an error that names the table and what it does not know. */
export function parseTableProperties(tableName: string, properties: unknown): TableDefinition {
  const parsed = tableProperties.safeParse(properties);
  if (!parsed.success) throw new Error(`Table ${tableName}: ${z.prettifyError(parsed.error)}`);
  const given = parsed.data;
  const ttl = given.TimeToLiveSpecification;
  return {
    ttlAttribute: ttl?.Enabled === true ? ttl.AttributeName : undefined,
    create: {
      TableName: tableName,
      KeySchema: given.KeySchema,
      AttributeDefinitions: given.AttributeDefinitions,
      BillingMode: given.BillingMode,
      ...(given.ProvisionedThroughput && { ProvisionedThroughput: given.ProvisionedThroughput }),
      ...(given.GlobalSecondaryIndexes.length > 0 && {
        GlobalSecondaryIndexes: given.GlobalSecondaryIndexes.map(bare),
      }),
      ...(given.LocalSecondaryIndexes.length > 0 && { LocalSecondaryIndexes: given.LocalSecondaryIndexes.map(bare) }),
      ...(given.StreamSpecification && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: given.StreamSpecification.StreamViewType },
      }),
    },
  };
}

function bare({
  IndexName,
  KeySchema,
  Projection,
  ProvisionedThroughput,
}: z.infer<typeof index>): GlobalSecondaryIndex {
  return { IndexName, KeySchema, Projection, ...(ProvisionedThroughput && { ProvisionedThroughput }) };
}
