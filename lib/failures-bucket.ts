import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DlqDestinationConfig, IEventSourceDlq } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { NodeFunction } from './node-function.ts';
import { PrivateBucket } from './private-bucket.ts';
import { grantWildcard } from './wildcard-grant.ts';

/** News that could not be told, whole, for thirty days: an SQS destination would keep only pointers into a stream that forgets in one. */
export class FailuresBucket extends PrivateBucket implements IEventSourceDlq {
  constructor(scope: Construct, id: string, { retain }: { retain: boolean }) {
    super(scope, id, {
      retain,
      autoDeleteObjects: !retain,
      lifecycleRules: [{ id: 'expire', expiration: Duration.days(30) }],
    });
    new Alarm(scope, `${id}Alarm`, {
      // S3 counts its objects once a day and for nothing; the notifier's own alarm is the quick one.
      metric: new Metric({
        namespace: 'AWS/S3',
        metricName: 'NumberOfObjects',
        dimensionsMap: { BucketName: this.bucketName, StorageType: 'AllStorageTypes' },
        period: Duration.days(1),
        statistic: 'max',
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription:
        'News was given up on and lies in the failures bucket. Those who watched missed it until they reconnected.',
    });
  }

  /** To write what failed; S3OnFailureDestination would let the function read and delete it too. */
  grantFailures(fn: NodeFunction): void {
    grantWildcard(fn.executionRole, {
      actions: ['s3:PutObject'],
      resource: this.arnForObjects('*'),
      reason: 'Lambda chooses the keys of the batches that failed.',
    });
    fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [this.bucketArn] }));
  }

  /** As the destination of a mapping; `grantFailures` gives the right to it. */
  bind(): DlqDestinationConfig {
    return { destination: this.bucketArn };
  }
}
