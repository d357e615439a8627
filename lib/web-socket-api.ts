import { Stack, Validations } from 'aws-cdk-lib';
import { WebSocketApi as Api, WebSocketStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { WebSocketLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { accessLogs } from './access-logs.ts';
import { ApiGatewayLogging } from './api-gateway-logging.ts';
import type { Config } from './config.ts';
import type { NodeFunction } from './node-function.ts';
import { WEBSOCKET_STAGE } from './edge-function.ts';
import { originKey } from './origin-key.ts';
import { grantWildcard } from './wildcard-grant.ts';

/** Holds the sockets. What their clients do is for the function to handle that it `serves`. */
export class WebSocketApi extends Construct {
  /** Where to post to a connection: never through CloudFront. */
  readonly callbackUrl: string;
  readonly origin: HttpOrigin;
  private readonly api: Api;

  constructor(scope: Construct, id: string, { config }: { config: Config }) {
    super(scope, id);
    this.api = new Api(this, 'Api', { routeSelectionExpression: '$request.body.type' });
    const stage = new WebSocketStage(this, 'Stage', {
      webSocketApi: this.api,
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
    this.origin = new HttpOrigin(`${this.api.apiId}.execute-api.${region}.${urlSuffix}`, {
      customHeaders: { 'x-origin-key': originKey() },
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason: 'The function refuses a handshake without the origin key; reading is public, as the site is.',
    });
  }

  /** Has this function open, answer and close connections. */
  serve(fn: NodeFunction): void {
    for (const route of ['$connect', '$disconnect', '$default']) {
      this.api.addRoute(route, { integration: new WebSocketLambdaIntegration(`${route.slice(1)}Integration`, fn) });
    }
  }

  /** To post to any connection of this API, and neither to ask about one nor to close it. */
  grantPost(fn: NodeFunction): void {
    this.grantConnections(fn, 'POST');
  }

  /** To ask whether a connection is still there, and nothing else. */
  grantProbe(fn: NodeFunction): void {
    this.grantConnections(fn, 'GET');
  }

  private grantConnections(fn: NodeFunction, method: 'POST' | 'GET'): void {
    const resource = Stack.of(this).formatArn({
      service: 'execute-api',
      resource: this.api.apiId,
      resourceName: `${WEBSOCKET_STAGE}/${method}/@connections/*`,
    });
    grantWildcard(fn.executionRole, {
      actions: ['execute-api:ManageConnections'],
      resource,
      reason: 'The ids of connections are made as they open.',
    });
  }
}
