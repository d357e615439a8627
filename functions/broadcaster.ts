import { broadcasterEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { meter } from '../src/aws/metrics.ts';
import { startFunction } from '../src/aws/start-function.ts';
import { started } from '../src/aws/started.ts';
import { censusTable } from '../src/channels/census/table.ts';
import { measureDelivery, openDelivery } from '../src/channels/open-delivery.ts';
import { eventCounter } from '../src/events/counters/table.ts';
import { broadcast } from '../src/live/broadcast.ts';
import { broadcastLease } from '../src/live/broadcast-lease/table.ts';
import { broadcastStart } from '../src/live/wake-broadcaster.ts';
import { openSnapshots } from '../src/snapshots/open-snapshots.ts';
import { snapshotsTable, snapshotWrite } from '../src/snapshots/table.ts';

const env = broadcasterEnv.parse(process.env);
const names = { downloads: env.DOWNLOADS_TABLE, events: env.EVENTS_TABLE, connections: env.CONNECTIONS_TABLE };
const db = dynamoDb();
const now = () => new Date();
const app = {
  ...openDelivery(db, env),
  ...openSnapshots(db, names, now),
  eventCount: eventCounter(db, names.events),
  lease: broadcastLease(db, names.downloads),
  census: censusTable(db, names.connections),
  snapshots: snapshotsTable(db, names.downloads),
  storeWrite: snapshotWrite.bind(null, names.downloads),
  start: startFunction(env.AWS_LAMBDA_FUNCTION_NAME),
  measure: measureDelivery(meter()),
};

export const handler = started(broadcastStart, (input, remaining) => broadcast(app, input, remaining));
