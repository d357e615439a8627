import { connectionsEnv } from '../contract/env.ts';
import { accessToken } from '../src/aws/access-token.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { meter } from '../src/aws/metrics.ts';
import { sockets } from '../src/aws/sockets.ts';
import { startFunction } from '../src/aws/start-function.ts';
import { webSocket } from '../src/aws/websocket-edge.ts';
import { censusTable } from '../src/channels/census/table.ts';
import { connectionOpener, connectionsTable } from '../src/channels/connections/table.ts';
import { channelsTable } from '../src/channels/table.ts';
import { admitConnection } from '../src/live/admit-connection.ts';
import { answerClient } from '../src/live/answer-client.ts';
import { broadcastLease } from '../src/live/broadcast-lease/table.ts';
import { openLook } from '../src/live/open-look.ts';
import { wakeBroadcaster } from '../src/live/wake-broadcaster.ts';

const env = connectionsEnv.parse(process.env);
const names = {
  downloads: env.DOWNLOADS_TABLE,
  events: env.EVENTS_TABLE,
  news: env.NEWS_TABLE,
  connections: env.CONNECTIONS_TABLE,
};
const db = dynamoDb();
const now = () => new Date();
const lease = broadcastLease(db, names.downloads);
const app = {
  ...openLook(db, names, now),
  open: connectionOpener(db, names),
  connections: connectionsTable(db, names.connections),
  channels: channelsTable(db, names.connections),
  census: censusTable(db, names.connections),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  wake: wakeBroadcaster({ lease, start: startFunction(env.BROADCASTER_FUNCTION), now }),
  accessToken: accessToken(env.ACCESS_TOKEN_PARAMETER),
  originKey: env.ORIGIN_KEY,
  maxConnectionsPerIp: env.MAX_CONNECTIONS_PER_IP,
  now,
};
const handlers = {
  connect: (handshake: Parameters<typeof admitConnection>[1]) => admitConnection(app, handshake),
  message: (connectionId: string, text: string) => answerClient(app, connectionId, text),
  disconnect: (connectionId: string) => app.connections.close(connectionId),
};

export const handler = webSocket(handlers, meter());
