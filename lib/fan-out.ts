import { Duration, Validations } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FanOutEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type FanOutProps = Pick<Tables, 'connections'> & { config: Config; sockets: WebSocketApi };

/** Tells the listeners of big channels: each partition of a channel is a message group, told in order by a function of its own. */
export class FanOut extends Construct {
  readonly queueUrl: string;
  private readonly queue: Queue;

  constructor(scope: Construct, id: string, { config, connections, sockets }: FanOutProps) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      fifo: true,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // What could not be told by then is the past.
      retentionPeriod: Duration.minutes(5),
      visibilityTimeout: Duration.minutes(1),
    });
    this.queueUrl = this.queue.queueUrl;
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'fan-out',
      memorySize: 512,
      timeout: Duration.minutes(1),
      impact: 'Channels with thousands of listeners stand still.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
      } satisfies FanOutEnv,
    });
    fn.addEventSource(new SqsEventSource(this.queue, { batchSize: 10, reportBatchItemFailures: true }));
    connections.grantItems(fn, 'Query', 'GetItem', 'DeleteItem');
    sockets.grantPost(fn);
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'What could not be told within five minutes is the past; those who watch hear the present.',
    });
  }

  grantSend(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [this.queue.queueArn] });
  }
}
