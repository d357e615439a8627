import { notifierEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { changes } from '../src/aws/each-change.ts';
import { meter } from '../src/aws/metrics.ts';
import { measureDelivery, openDelivery } from '../src/channels/open-delivery.ts';
import { notify } from '../src/live/notify.ts';
import { newsRow } from '../src/news/table.ts';

const app = {
  ...openDelivery(dynamoDb(), notifierEnv.parse(process.env)),
  measure: measureDelivery(meter()),
};

export const handler = changes(newsRow, (batch) => notify(app, batch));
