import { Duration } from 'aws-cdk-lib';
import { FilterRule } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { CONNECTION_CHANNEL_PREFIX } from '../contract/channel.ts';
import type { GreeterEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import type { FailuresBucket } from './failures-bucket.ts';
import { NodeFunction } from './node-function.ts';
import { onNews } from './on-news.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type GreeterProps = Pick<Tables, 'connections' | 'downloads' | 'events' | 'news'> & {
  config: Config;
  sockets: WebSocketApi;
  failures: FailuresBucket;
};

/** Welcomes each new connection with the state it came for. Apart from the notifier, so that a dead handshake stalls no news. */
export class Greeter extends Construct {
  constructor(scope: Construct, id: string, props: GreeterProps) {
    super(scope, id);
    const { config, connections, downloads, events, news, sockets, failures } = props;
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'greeter',
      memorySize: 512,
      timeout: Duration.seconds(15),
      impact: 'New listeners see nothing until the next change, and then miss that too.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
      } satisfies GreeterEnv,
    });
    onNews(fn, news, failures, {
      filter: {
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { channel: { S: FilterRule.beginsWith(CONNECTION_CHANNEL_PREFIX) } } },
      },
      retryAttempts: 3,
      // Whoever is not greeted hears nothing, and need not notice.
      maxRecordAge: Duration.minutes(5),
    });
    connections.grantItems(fn, 'GetItem', 'UpdateItem', 'DeleteItem');
    connections.grantIndexes(fn, 'by_user');
    // The state it tells: downloads, and snapshots that it renews when they are old.
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    downloads.grantIndexes(fn, 'by_status');
    // How many there are; and the latest import of a name.
    events.grantItems(fn, 'GetItem', 'BatchGetItem');
    news.grantItems(fn, 'Query');
    sockets.grantPost(fn);
  }
}
