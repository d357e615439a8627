import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ConnectionsEnv } from '../contract/env.ts';
import { readAccessToken } from './access-token.ts';
import type { Broadcaster } from './broadcaster.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import { originKey } from './origin-key.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type ConnectionsProps = Pick<Tables, 'connections' | 'downloads' | 'events' | 'news'> & {
  config: Config;
  sockets: WebSocketApi;
  broadcaster: Broadcaster;
};

/** Records who listens to what, and answers what clients say. It never posts during a handshake, which would be refused. */
export class Connections extends Construct {
  constructor(scope: Construct, id: string, props: ConnectionsProps) {
    super(scope, id);
    const { config, connections, downloads, events, news, sockets, broadcaster } = props;
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'connections',
      memorySize: 256,
      timeout: Duration.seconds(10),
      impact: 'Nobody can open a WebSocket; pages fall back to asking again and again.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
        BROADCASTER_FUNCTION: broadcaster.functionName,
        MAX_CONNECTIONS_PER_IP: String(config.maxConnectionsPerIp),
        ORIGIN_KEY: originKey(),
      } satisfies ConnectionsEnv,
    });
    readAccessToken(fn, config);
    sockets.serve(fn);
    connections.grantItems(fn, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    connections.grantIndexes(fn, 'by_ip', 'by_user');
    // The state it tells: downloads, and snapshots that it renews when they are old.
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'UpdateItem');
    downloads.grantIndexes(fn, 'by_status');
    // How many there are; and the latest import of a name.
    events.grantItems(fn, 'GetItem', 'BatchGetItem');
    news.grantItems(fn, 'PutItem', 'Query');
    broadcaster.grantStart(fn);
    sockets.grantPost(fn);
  }
}
