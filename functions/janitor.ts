import { janitorEnv } from '../contract/env.ts';
import { mediaBucket } from '../src/aws/bucket.ts';
import { chores } from '../src/aws/chores.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { meter } from '../src/aws/metrics.ts';
import { queue, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { sockets } from '../src/aws/sockets.ts';
import { censusTable } from '../src/channels/census/table.ts';
import { connectionsTable } from '../src/channels/connections/table.ts';
import { countsTable } from '../src/channels/counts/table.ts';
import { gaugeConnections } from '../src/channels/gauge-connections.ts';
import { probeConnections } from '../src/channels/probe-connections.ts';
import type { DownloadMessage } from '../src/downloads/download-message.ts';
import { repairDownloads } from '../src/downloads/repair-downloads.ts';
import { repairsTable } from '../src/downloads/repairs/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import type { ImportMessage } from '../src/imports/import-message.ts';
import { repairImports } from '../src/imports/repair-imports.ts';
import { importsTable } from '../src/imports/table.ts';
import { discardFrom } from '../src/media/discard.ts';
import { stateTable } from '../src/snapshots/state/table.ts';

const env = janitorEnv.parse(process.env);
const db = dynamoDb();
const sqs = sqsClient();
const state = stateTable(db, env.DOWNLOADS_TABLE);
const counts = countsTable(db, env.CONNECTIONS_TABLE);
const now = () => new Date();
const app = {
  repairs: repairsTable(db, env.DOWNLOADS_TABLE),
  downloads: downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE }),
  queue: queue<DownloadMessage>(sqs, env.DOWNLOAD_QUEUE_URL),
  imports: importsTable(db, { events: env.EVENTS_TABLE, news: env.NEWS_TABLE }),
  importQueue: queue<ImportMessage>(sqs, env.IMPORT_QUEUE_URL),
  discard: discardFrom(mediaBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.MEDIA_BUCKET)),
  census: censusTable(db, env.CONNECTIONS_TABLE),
  connections: connectionsTable(db, env.CONNECTIONS_TABLE),
  sockets: sockets(env.WEBSOCKET_CALLBACK_URL),
  countConnections: () => counts.byChannel(now()),
  metrics: meter(),
  now,
};

export const handler = chores(
  () => repairDownloads(app),
  () => repairImports(app),
  () => probeConnections(app),
  () => gaugeConnections(app),
  () => state.pruneHistory(now()),
  () => state.startedAt(now()),
);
