import { Annotations, Duration, Stack, Validations } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi as Api, HttpRoute, HttpRouteKey, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import type { HttpEnv } from '../contract/env.ts';
import manifest from '../package.json' with { type: 'json' };
import { readAccessToken } from './access-token.ts';
import { accessLogs } from './access-logs.ts';
import type { Config } from './config.ts';
import { hostLimits, retention } from './limits.ts';
import type { MediaBucket } from './media-bucket.ts';
import { NodeFunction } from './node-function.ts';
import { originKey } from './origin-key.ts';
import type { Tables } from './tables.ts';
import type { UploadsBucket } from './uploads-bucket.ts';
import type { WorkQueue } from './work-queue.ts';

type HttpApiProps = Pick<Tables, 'connections' | 'downloads' | 'events' | 'news'> & {
  config: Config;
  media: MediaBucket;
  uploads: UploadsBucket;
  downloadQueue: WorkQueue;
  importQueue: WorkQueue;
  siteUrl: string;
};

/** Every path that answers once: one function, whose routes are in `contract/routes.ts`. */
export class HttpApi extends Construct {
  readonly url: string;
  readonly origin: HttpOrigin;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    const { config, connections, downloads, events, news, media, uploads, downloadQueue, importQueue, siteUrl } = props;
    const api = new Api(this, 'Api', {
      createDefaultStage: false,
      corsPreflight: {
        allowOrigins: config.allowedOrigins,
        allowMethods: [CorsHttpMethod.ANY],
        allowHeaders: ['content-type', 'authorization', 'idempotency-key', 'if-match', 'accept-language'],
        exposeHeaders: ['location', 'etag', 'retry-after'],
        allowCredentials: !config.allowedOrigins.includes('*'),
        maxAge: Duration.hours(1),
      },
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: { rateLimit: config.throttling.rate, burstLimit: config.throttling.burst },
      accessLogSettings: accessLogs(this, config, [
        'requestTime',
        'httpMethod',
        'path',
        'status',
        'responseLength',
        'responseLatency',
        'integrationErrorMessage',
      ]),
    });
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'http',
      memorySize: 512,
      timeout: Duration.seconds(29),
      impact:
        'The API answers with errors: nobody can request, list or fetch downloads, nor see, change or import events.',
      // An error it answers properly (500) is a success to Lambda, so the API's own count is asked.
      failures: api.metricServerError({ period: Duration.minutes(5), statistic: 'sum' }),
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        EVENTS_TIME_ZONE: config.timeZone,
        NEWS_TABLE: news.tableName,
        MEDIA_BUCKET: media.bucketName,
        DOWNLOAD_QUEUE_URL: downloadQueue.queueUrl,
        UPLOADS_BUCKET: uploads.bucketName,
        IMPORT_QUEUE_URL: importQueue.queueUrl,
        SITE_URL: siteUrl,
        ORIGIN_KEY: originKey(),
        VERSION: manifest.version,
        ...hostLimits(config),
        ...retention(config),
      } satisfies HttpEnv,
    });
    new HttpRoute(this, 'Default', {
      httpApi: api,
      routeKey: HttpRouteKey.DEFAULT,
      integration: new HttpLambdaIntegration('Integration', fn),
    });
    this.url = api.apiEndpoint;
    const { region, urlSuffix } = Stack.of(this);
    this.origin = new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      customHeaders: { 'x-origin-key': originKey() },
    });

    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    downloads.grantIndexes(fn, 'by_owner', 'by_status');
    events.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    events.grantIndexes(fn, 'by_date', 'by_city', 'imports');
    connections.grantIndexes(fn, 'by_kind', 'by_user');
    news.grantItems(fn, 'PutItem', 'Query');
    media.grantObjects(fn, 'GetObject', 'DeleteObject', 'AbortMultipartUpload');
    media.grantList(fn);
    // A form that S3 takes files by is signed with this right.
    uploads.grantObjects(fn, 'PutObject');
    downloadQueue.grantSend(fn);
    importQueue.grantSend(fn);
    readAccessToken(fn, config);
    if (config.accessToken === undefined) warnThatAnybodyMayWrite(this);

    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'The function itself checks the origin key on each request and, when one is set, the access token on each write.',
    });
  }
}

function warnThatAnybodyMayWrite(scope: Construct): void {
  Annotations.of(scope).addWarningV2(
    'fasttrack:no-access-token',
    'ANYBODY who knows the address can start and delete downloads at your cost. ' +
      'Put a secret into an SSM SecureString parameter and deploy with --context accessToken=NAME_OF_THE_PARAMETER.',
  );
}
