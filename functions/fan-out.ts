import { fanOutEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { messageBatch } from '../src/aws/each-message.ts';
import { meter } from '../src/aws/metrics.ts';
import { sockets } from '../src/aws/sockets.ts';
import { connectionsTable } from '../src/channels/connections/table.ts';
import { fanOutMessage } from '../src/channels/fan-out-message.ts';
import { measureDelivery } from '../src/channels/open-delivery.ts';
import { channelsTable } from '../src/channels/table.ts';
import { fanOut } from '../src/live/fan-out.ts';

const env = fanOutEnv.parse(process.env);
const db = dynamoDb();
const app = {
  channels: channelsTable(db, env.CONNECTIONS_TABLE),
  connections: connectionsTable(db, env.CONNECTIONS_TABLE),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  measure: measureDelivery(meter()),
  now: () => new Date(),
};

export const handler = messageBatch(fanOutMessage, (batch) => fanOut(app, batch));
