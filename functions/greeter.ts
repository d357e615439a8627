import { greeterEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { changes } from '../src/aws/each-change.ts';
import { sockets } from '../src/aws/sockets.ts';
import { connectionsTable } from '../src/channels/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { stateOf } from '../src/live/download-state.ts';
import { greetAll } from '../src/live/greet.ts';
import { connectionRow } from '../src/news/table.ts';

const env = greeterEnv.parse(process.env);
const db = dynamoDb();
const now = () => new Date();
const app = {
  connections: connectionsTable(db, env.CONNECTIONS_TABLE),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  stateOf: stateOf(downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE }), now),
  now,
};

export const handler = changes(connectionRow, (batch) => greetAll(app, batch));
