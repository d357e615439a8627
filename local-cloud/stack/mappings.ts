import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseFilterPattern } from '../event-sources/event-filter.ts';
import { startQueueMapping } from '../event-sources/queue-mapping.ts';
import { startStreamMapping } from '../event-sources/stream-mapping.ts';
import type { Invoker } from '../lambda/invoker.ts';
import type { Buckets } from '../s3/buckets.ts';
import type { Queues } from '../sqs/queues.ts';
import type { MappingPlan } from '../template/plan-functions.ts';
import { TemplateRefused } from '../template/template-refused.ts';
import type { Deliver } from './deliver.ts';
import { streamFailureDestination } from './on-failure.ts';

type Surroundings = {
  queues: Queues;
  invoker: Invoker;
  buckets: Pick<Buckets, 'put'>;
  deliver: Deliver;
  /** Where DynamoDB answers. */
  endpoint: string;
  /** The streams of the running tables, by the ARNs the plan has for them. */
  streamArns: Map<string, string>;
  /** Where it is kept how far each stream has been read. */
  checkpointDir: string;
  log: (line: string) => void;
};

/** Starts what hands a queue's messages or a stream's records to a function. */
export function startMapping(plan: MappingPlan, surroundings: Surroundings): { stop(): Promise<void> } {
  const { properties, functionName, eventSourceArn, logicalId } = plan;
  const { queues, invoker, log } = surroundings;
  const common = {
    invoker,
    functionName,
    filters: properties.FilterCriteria.Filters.map(({ Pattern }) => parseFilterPattern(Pattern)),
    maximumBatchingWindowSeconds: properties.MaximumBatchingWindowInSeconds,
    reportBatchItemFailures: properties.FunctionResponseTypes.includes('ReportBatchItemFailures'),
    log,
  };
  const [, , service, , , resource = ''] = eventSourceArn.split(':');
  if (service === 'sqs') {
    const { MaximumConcurrency } = properties.ScalingConfig;
    return startQueueMapping({
      ...common,
      queues,
      queueName: resource,
      eventSourceArn,
      batchSize: properties.BatchSize ?? 10,
      ...(MaximumConcurrency !== undefined && { maximumConcurrency: MaximumConcurrency }),
    });
  }
  const streamArn = surroundings.streamArns.get(eventSourceArn);
  if (streamArn === undefined) throw new TemplateRefused(`${logicalId}: the table of ${eventSourceArn} has no stream.`);
  if (properties.StartingPosition === undefined)
    throw new TemplateRefused(`${logicalId}: a stream needs StartingPosition.`);
  const destination = properties.DestinationConfig?.OnFailure?.Destination;
  mkdirSync(surroundings.checkpointDir, { recursive: true });
  return startStreamMapping({
    ...common,
    endpoint: surroundings.endpoint,
    streamArn,
    batchSize: properties.BatchSize ?? 100,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
    maximumRetryAttempts: properties.MaximumRetryAttempts,
    maximumRecordAgeSeconds: properties.MaximumRecordAgeInSeconds,
    parallelizationFactor: properties.ParallelizationFactor,
    startingPosition: properties.StartingPosition,
    ...(destination !== undefined && {
      onFailure: streamFailureDestination(destination, logicalId, surroundings),
      includePayloadInFailure: destination.startsWith('arn:aws:s3:'),
    }),
    checkpointFile: path.join(surroundings.checkpointDir, `${logicalId}.json`),
  });
}
