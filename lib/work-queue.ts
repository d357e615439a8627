import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The longest a Lambda function may run. */
export const WORKER_TIMEOUT = Duration.minutes(15);

type WorkQueueProps = {
  /** What people see while its dead letters stay: the alarm says it. */
  impact: string;
};

/** What waits for a worker, and what no worker could finish. */
export class WorkQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly queueUrl: string;

  constructor(scope: Construct, id: string, { impact }: WorkQueueProps) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
      visibilityTimeout: Duration.minutes(3),
    });
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(7),
      // Lambda refuses a queue whose messages reappear before its function may end. The worker itself shortens that to
      // 30 s and renews it while it lives, so that the message of a dead worker comes back within 30 s, not 15 min.
      visibilityTimeout: WORKER_TIMEOUT,
      // Not the number of attempts, which are counted on the record: a message is also received in vain while
      // another worker holds the lease, and whenever all the workers allowed are busy.
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 50 },
    });
    this.queueUrl = this.queue.queueUrl;
    new Alarm(this, 'DeadLettersAlarm', {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'max',
      }),
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: `Dead letters stay in their queue. ${impact}`,
    });
  }

  grantSend(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] });
  }
}
