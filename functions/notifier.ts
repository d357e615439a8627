import { notifierEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { changes } from '../src/aws/each-change.ts';
import { sockets } from '../src/aws/sockets.ts';
import { connectionsTable } from '../src/channels/table.ts';
import { notify } from '../src/live/notify.ts';
import { newsRow } from '../src/news/table.ts';

const env = notifierEnv.parse(process.env);
const app = {
  connections: connectionsTable(dynamoDb(), env.CONNECTIONS_TABLE),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  now: () => new Date(),
};

export const handler = changes(newsRow, (batch) => notify(app, batch));
