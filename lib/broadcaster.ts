import { Duration } from 'aws-cdk-lib';
import { Grant, Policy, PolicyStatement, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { BroadcasterEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { everyMinute } from './every-minute.ts';
import type { FanOut } from './fan-out.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type BroadcasterProps = Pick<Tables, 'connections' | 'downloads' | 'events'> & {
  config: Config;
  sockets: WebSocketApi;
  fanOut: FanOut;
};

/** Publishes the numbers of queue, statistics and dashboard while somebody watches. Each minute's start ends at once when nobody does. */
export class Broadcaster extends Construct {
  readonly functionName: string;
  private readonly functionArn: string;

  constructor(
    scope: Construct,
    id: string,
    { config, connections, downloads, events, sockets, fanOut }: BroadcasterProps,
  ) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'broadcaster',
      memorySize: 512,
      // It hands over after ten.
      timeout: Duration.minutes(12),
      // It starts its own successor; Lambda would take that for a runaway loop and stop it.
      recursiveLoop: RecursiveLoop.ALLOW,
      impact: 'Dashboards, queue and statistics stand still until they are loaded again.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
        FAN_OUT_QUEUE_URL: fanOut.queueUrl,
      } satisfies BroadcasterEnv,
    });
    // One that failed is not tried again: the next minute's start is better informed.
    fn.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    everyMinute(this, fn);
    this.functionName = fn.functionName;
    this.functionArn = fn.functionArn;
    // Not in the role's own policy: the function waits for that, and it would name the function.
    new Policy(this, 'StartSuccessor', {
      statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [fn.functionArn] })],
      roles: [fn.executionRole],
    });
    connections.grantItems(fn, 'Query', 'GetItem', 'DeleteItem');
    connections.grantIndexes(fn, 'by_kind', 'by_user');
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    downloads.grantIndexes(fn, 'by_status');
    // How many there are.
    events.grantItems(fn, 'BatchGetItem');
    fanOut.grantSend(fn);
    sockets.grantPost(fn);
  }

  grantStart(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['lambda:InvokeFunction'], resourceArns: [this.functionArn] });
  }
}
