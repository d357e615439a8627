import path from 'node:path';
import { startDynamoDb, type DynamoDb } from '../dynamodb/dynamodb.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { createLambdaHost, type LambdaHost } from '../lambda/lambda-host.ts';
import { openBuckets, type Buckets } from '../s3/buckets.ts';
import { openQueues, type Queues } from '../sqs/queues.ts';
import { openParameters, type Parameters } from '../ssm/parameters.ts';
import type { Plan } from '../template/plan-stack.ts';
import type { Closers } from './closers.ts';
import { createDeliver, type Deliver } from './deliver.ts';
import { refusingUnrunnable } from './functions.ts';

export type Services = {
  dynamodb: DynamoDb;
  queues: Queues;
  buckets: Buckets;
  parameters: Parameters;
  host: LambdaHost;
  /** The host, which says why when a function is called that cannot run here. */
  invoker: Invoker;
  deliver: Deliver;
};

type Options = { dataDir: string; awsUrl: string; dynamodbEndpoint?: string; log: (line: string) => void };

/** Opens every service on its part of the data folder; nothing of the template is in them yet. */
export async function openServices(
  plan: Plan,
  { dataDir, awsUrl, dynamodbEndpoint, log }: Options,
  opened: Closers,
): Promise<Services> {
  const dynamodb = await startDynamoDb(
    dynamodbEndpoint === undefined ? { dir: path.join(dataDir, 'dynamodb') } : { endpoint: dynamodbEndpoint },
  );
  opened.add(() => dynamodb.stop());
  const queues = await openQueues({ dir: path.join(dataDir, 'sqs'), url: () => awsUrl });
  opened.add(() => queues.stop());
  const host = createLambdaHost({ log });
  opened.add(() => host.stop());
  const invoker = refusingUnrunnable(host, plan.unrunnable);
  const deliver = createDeliver(invoker, queues);
  const buckets = await openBuckets({ dir: path.join(dataDir, 's3'), notify: deliver });
  opened.add(() => buckets.stop());
  const parameters = await openParameters({ file: path.join(dataDir, 'ssm.json') });
  return { dynamodb, queues, buckets, parameters, host, invoker, deliver };
}

/** Makes the template's tables, queues, buckets and parameters, and keeps what is in them. Returns the streams by the plan's ARNs. */
export async function createResources(
  plan: Plan,
  { dynamodb, queues, buckets, parameters }: Services,
  rewrite: (text: string) => string,
): Promise<Map<string, string>> {
  for (const { name, attributes } of plan.queues) queues.create(name, attributes);
  for (const { name, settings } of plan.buckets) {
    const cors = settings.cors?.map((rule) => ({ ...rule, allowedOrigins: rule.allowedOrigins.map(rewrite) }));
    await buckets.create(name, { ...settings, cors });
  }
  for (const { name, type, value } of plan.parameters) await parameters.put(name, rewrite(value), type);
  const streamArns = new Map<string, string>();
  for (const { name, streamArn: planned, properties } of plan.tables) {
    const { streamArn } = await dynamodb.ensureTable(name, properties);
    if (streamArn !== undefined) streamArns.set(planned, streamArn);
  }
  return streamArns;
}
