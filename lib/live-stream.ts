import { Duration } from 'aws-cdk-lib';
import type { IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import type { LiveStreamEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import { streamingUrl } from './streaming-url.ts';
import type { Tables } from './tables.ts';

type LiveStreamProps = Pick<Tables, 'connections' | 'downloads' | 'news'> & { config: Config };

/** Server-sent events. */
export class LiveStream extends Construct {
  readonly origin: IOrigin;

  constructor(scope: Construct, id: string, { config, connections, downloads, news }: LiveStreamProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'live-stream',
      memorySize: 256,
      timeout: Duration.seconds(60),
      impact: 'Pages that listen by server-sent events stand still.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        NEWS_TABLE: news.tableName,
      } satisfies LiveStreamEnv,
    });
    // EventSource itself needs none; what is built on fetch asks before it sends these.
    this.origin = streamingUrl(fn, config, ['last-event-id', 'cache-control']);
    // Of all who read a snapshot, one refreshes the stored one.
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    downloads.grantIndexes(fn, 'by_status');
    connections.grantIndexes(fn, 'by_user');
    news.grantItems(fn, 'Query');
  }
}
