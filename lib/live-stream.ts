import { Duration } from 'aws-cdk-lib';
import type { IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import { FunctionUrlOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { FunctionUrlAuthType, HttpMethod, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { LiveStreamEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';

type LiveStreamProps = Pick<Tables, 'connections' | 'downloads' | 'news'> & { config: Config };

/** Server-sent events. A function URL, because an HTTP API cannot stream; closed to all but the site's CloudFront. */
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
    const url = fn.addFunctionUrl({
      authType: FunctionUrlAuthType.AWS_IAM,
      invokeMode: InvokeMode.RESPONSE_STREAM,
      cors: {
        allowedOrigins: config.allowedOrigins,
        allowedMethods: [HttpMethod.GET, HttpMethod.HEAD],
        // EventSource itself needs none; what is built on fetch asks before it sends these.
        allowedHeaders: ['last-event-id', 'cache-control'],
        allowCredentials: !config.allowedOrigins.includes('*'),
        maxAge: Duration.hours(1),
      },
    });
    this.origin = FunctionUrlOrigin.withOriginAccessControl(url, { readTimeout: Duration.seconds(60) });
    // Of all who read a snapshot, one refreshes the stored one.
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    downloads.grantIndexes(fn, 'by_status');
    connections.grantIndexes(fn, 'by_user');
    news.grantItems(fn, 'Query');
  }
}
