import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi as Api, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import type { ConnectionsEnv } from '../contract/env.ts';
import { accessLogs } from './access-logs.ts';
import { ApiGatewayLogging } from './api-gateway-logging.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import { WEBSOCKET_STAGE } from './edge-function.ts';
import { originKey } from './origin-key.ts';
import type { Tables } from './tables.ts';
import { grantWildcard } from './wildcard-grant.ts';

type WebSocketApiProps = Tables & { config: Config };

/** Holds the sockets. The function records who listens to what; it never posts during a handshake, which would be refused. */
export class WebSocketApi extends Construct {
  /** Where to post to a connection: never through CloudFront. */
  readonly callbackUrl: string;
  readonly origin: HttpOrigin;
  private readonly apiId: string;

  constructor(
    scope: Construct,
    id: string,
    props: Pick<WebSocketApiProps, 'config' | 'connections' | 'downloads' | 'news'>,
  ) {
    super(scope, id);
    const { config, connections, downloads, news } = props;
    const api = new Api(this, 'Api', { routeSelectionExpression: '$request.body.type' });
    this.apiId = api.apiId;
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: api,
      stageName: WEBSOCKET_STAGE,
      autoDeploy: true,
      throttle: { rateLimit: config.throttling.rate, burstLimit: config.throttling.burst },
      accessLogSettings: accessLogs(this, config, [
        'requestTime',
        'eventType',
        'routeKey',
        'connectionId',
        'status',
        'integrationErrorMessage',
      ]),
    });
    stage.node.addDependency(new ApiGatewayLogging(this, 'Logging'));
    this.callbackUrl = stage.callbackUrl;
    const { region, urlSuffix } = Stack.of(this);
    this.origin = new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
      customHeaders: { 'x-origin-key': originKey() },
    });

    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'connections',
      memorySize: 256,
      timeout: Duration.seconds(10),
      impact: 'Nobody can open a WebSocket; pages fall back to asking again and again.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        NEWS_TABLE: news.tableName,
        WEBSOCKET_CALLBACK_URL: this.callbackUrl,
        ORIGIN_KEY: originKey(),
      } satisfies ConnectionsEnv,
    });
    for (const route of ['$connect', '$disconnect', '$default']) {
      api.addRoute(route, { integration: new WebSocketLambdaIntegration(`${route.slice(1)}Integration`, fn) });
    }
    connections.grantItems(fn, 'GetItem', 'PutItem', 'DeleteItem');
    downloads.grantItems(fn, 'GetItem');
    news.grantItems(fn, 'PutItem');
    this.grantPost(fn);
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function refuses a handshake without the origin key; reading is public, as the site is.',
    });
  }

  /** To post to any connection of this API, and neither to ask about one nor to close it. */
  grantPost(fn: NodeFunction): void {
    const resource = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.apiId,
      resourceName: `${WEBSOCKET_STAGE}/POST/@connections/*`,
    });
    grantWildcard(fn.executionRole, {
      actions: ['execute-api:ManageConnections'],
      resource,
      reason: 'The ids of connections are made as they open.',
    });
  }
}
