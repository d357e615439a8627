import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { NotifierEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import type { FailuresBucket } from './failures-bucket.ts';
import type { FanOut } from './fan-out.ts';
import { NodeFunction } from './node-function.ts';
import { onNews } from './on-news.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type NotifierProps = Pick<Tables, 'connections' | 'news'> & {
  config: Config;
  sockets: WebSocketApi;
  fanOut: FanOut;
  failures: FailuresBucket;
};

/** Tells each news to the connections of its channel, in order. */
export class Notifier extends Construct {
  constructor(scope: Construct, id: string, { config, connections, news, sockets, fanOut, failures }: NotifierProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'notifier',
      memorySize: 512,
      timeout: Duration.minutes(1),
      impact: 'Open pages stand still: progress and endings are not shown until they are loaded again.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
        FAN_OUT_QUEUE_URL: fanOut.queueUrl,
      } satisfies NotifierEnv,
    });
    onNews(fn, news, failures, {
      filter: {
        // REMOVE is TTL forgetting old news.
        eventName: FilterRule.or('INSERT', 'MODIFY'),
        // A connection's news has no kind: it is the greeter's. (Lambda's filters know no `anything-but` with a prefix.)
        dynamodb: { NewImage: { news: { M: { kind: { S: [{ exists: true }] } } } } },
      },
      retryAttempts: 5,
      maxRecordAge: Duration.minutes(5),
    });
    new Alarm(this, 'LateAlarm', {
      metric: fn.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'max' }),
      threshold: Duration.seconds(30).toMilliseconds(),
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 3,
      treatMissingData: TreatMissingData.NOT_BREACHING,
      alarmDescription: 'News is told more than 30 s late. Open pages show the past.',
    });
    connections.grantItems(fn, 'Query', 'GetItem', 'DeleteItem');
    fanOut.grantSend(fn);
    sockets.grantPost(fn);
  }
}
