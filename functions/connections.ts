import { connectionsEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { sockets } from '../src/aws/sockets.ts';
import { webSocket } from '../src/aws/websocket-edge.ts';
import { connectionOpener, connectionsTable } from '../src/channels/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { admitConnection } from '../src/live/admit-connection.ts';
import { answerClient } from '../src/live/answer-client.ts';
import { stateOf } from '../src/live/download-state.ts';

const env = connectionsEnv.parse(process.env);
const db = dynamoDb();
const now = () => new Date();
const downloads = downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE });
const connections = connectionsTable(db, env.CONNECTIONS_TABLE);
const open = connectionOpener(db, { connections: env.CONNECTIONS_TABLE, news: env.NEWS_TABLE });
const live = { connections, sockets: sockets(env.WEBSOCKET_CALLBACK_URL), stateOf: stateOf(downloads, now), now };

export const handler = webSocket({
  connect: (handshake) => admitConnection({ downloads, open, originKey: env.ORIGIN_KEY, now }, handshake),
  message: (connectionId, text) => answerClient(live, connectionId, text),
  disconnect: (connectionId) => connections.close(connectionId),
});
