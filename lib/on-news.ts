import type { Duration } from 'aws-cdk-lib';
import { FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { FailuresBucket } from './failures-bucket.ts';
import type { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';

type NewsMapping = { filter: Record<string, unknown>; retryAttempts: number; maxRecordAge: Duration };

/** Wakes `fn` with the news that pass the filter, in the order of each channel; what it fails to tell in time ends in `failures`. */
export function onNews(
  fn: NodeFunction,
  news: Tables['news'],
  failures: FailuresBucket,
  { filter, retryAttempts, maxRecordAge }: NewsMapping,
): void {
  fn.addEventSourceMapping('News', {
    eventSourceArn: news.streamArn,
    // LATEST would miss what is written while the mapping is being made.
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    // More would let two batches of one channel overtake each other at the sockets.
    parallelizationFactor: 1,
    filters: [FilterCriteria.filter(filter)],
    // One bad record must not hold up the rest: halve the batch, and go on behind what succeeded.
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    retryAttempts,
    maxRecordAge,
    onFailure: failures,
    supportS3OnFailureDestination: true,
  });
  news.grantStreamTo(fn);
  failures.grantFailures(fn);
}
