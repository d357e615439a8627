import { janitorEnv } from '../contract/env.ts';
import { mediaBucket } from '../src/aws/bucket.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { queue, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import type { DownloadMessage } from '../src/downloads/download-message.ts';
import { repairDownloads } from '../src/downloads/repair-downloads.ts';
import { repairsTable } from '../src/downloads/repairs/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { discardFrom } from '../src/media/discard.ts';
import { stateTable } from '../src/snapshots/state/table.ts';

const env = janitorEnv.parse(process.env);
const db = dynamoDb();
const state = stateTable(db, env.DOWNLOADS_TABLE);
const app = {
  repairs: repairsTable(db, env.DOWNLOADS_TABLE),
  downloads: downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE }),
  queue: queue<DownloadMessage>(sqsClient(), env.DOWNLOAD_QUEUE_URL),
  discard: discardFrom(mediaBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.MEDIA_BUCKET)),
  now: () => new Date(),
};

export const handler = async () => {
  await state.startedAt(app.now());
  await state.pruneDays(app.now());
  await repairDownloads(app);
};
