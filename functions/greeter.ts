import { greeterEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { changes } from '../src/aws/each-change.ts';
import { sockets } from '../src/aws/sockets.ts';
import { connectionsTable } from '../src/channels/connections/table.ts';
import { channelsTable } from '../src/channels/table.ts';
import { greetAll } from '../src/live/greet.ts';
import { openLook } from '../src/live/open-look.ts';
import { connectionRow } from '../src/news/table.ts';

const env = greeterEnv.parse(process.env);
const names = {
  downloads: env.DOWNLOADS_TABLE,
  events: env.EVENTS_TABLE,
  news: env.NEWS_TABLE,
  connections: env.CONNECTIONS_TABLE,
};
const db = dynamoDb();
const now = () => new Date();
const app = {
  ...openLook(db, names, now),
  connections: connectionsTable(db, names.connections),
  channels: channelsTable(db, names.connections),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  now,
};

export const handler = changes(connectionRow, (batch) => greetAll(app, batch));
