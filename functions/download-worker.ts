import { downloadWorkerEnv } from '../contract/env.ts';
import { mediaBucket } from '../src/aws/bucket.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { eachMessage } from '../src/aws/each-message.ts';
import { queue, receipts, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { attemptsTable } from '../src/downloads/attempts/table.ts';
import { type DownloadMessage, downloadMessage } from '../src/downloads/download-message.ts';
import { runDownload } from '../src/downloads/run-download.ts';
import { sharedBytesTable } from '../src/downloads/shared-bytes/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { mediaSources } from '../src/media/media-sources.ts';
import { mediaStorage } from '../src/media/media-storage.ts';

const env = downloadWorkerEnv.parse(process.env);
const names = { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE, retentionDays: env.RETENTION_DAYS };
const db = dynamoDb();
const sqs = sqsClient();
const bucket = mediaBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.MEDIA_BUCKET);
const { sources, dispatcher } = mediaSources(env, { connections: env.MOST_MEDIA_CONNECTIONS });
const app = {
  attempts: attemptsTable(db, names),
  downloads: downloadsTable(db, names),
  sharedBytes: sharedBytesTable(db, names.downloads),
  queue: queue<DownloadMessage>(sqs, env.DOWNLOAD_QUEUE_URL),
  resolve: sources.resolve,
  ...mediaStorage(bucket, {
    dispatcher,
    maxBytes: env.MAX_DOWNLOAD_BYTES,
    partBytes: env.PART_BYTES,
    connections: env.MEDIA_CONNECTIONS,
    mostConnections: env.MOST_MEDIA_CONNECTIONS,
  }),
  now: () => new Date(),
};

export const handler = eachMessage(
  downloadMessage,
  receipts(sqs, env.DOWNLOAD_QUEUE_URL),
  (message, delivery, context) => runDownload(app, message, delivery, () => context.getRemainingTimeInMillis()),
);
