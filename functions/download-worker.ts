import { downloadWorkerEnv } from '../contract/env.ts';
import { mediaBucket } from '../src/aws/bucket.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { eachMessage } from '../src/aws/each-message.ts';
import { log } from '../src/aws/log.ts';
import { receipts, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { attemptsTable } from '../src/downloads/attempts/table.ts';
import { downloadMessage } from '../src/downloads/download-message.ts';
import { runDownload, type TransferOptions } from '../src/downloads/run-download.ts';
import { discardFrom } from '../src/media/discard.ts';
import { openDirect } from '../src/media/direct-source.ts';
import { guardedDispatcher } from '../src/media/guarded-fetch.ts';
import type { Media } from '../src/media/media.ts';
import { transfer } from '../src/media/transfer.ts';

const env = downloadWorkerEnv.parse(process.env);
const tables = { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE };
const bucket = mediaBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.MEDIA_BUCKET);
const dispatcher = guardedDispatcher({ allowPrivate: env.FASTTRACK_ALLOW_PRIVATE_SOURCES });
const limits = {
  maxBytes: env.MAX_DOWNLOAD_BYTES,
  onLeftBehind: (error: unknown) => log.warn('parts left to the lifecycle rule', { error }),
};
const app = {
  attempts: attemptsTable(dynamoDb(), tables),
  open: (url: string, signal: AbortSignal) => openDirect(url, { dispatcher, signal }),
  transfer: (key: string, media: Media, options: TransferOptions) =>
    transfer(bucket, key, media, { ...options, ...limits }),
  discard: discardFrom(bucket),
  now: () => new Date(),
};

export const handler = eachMessage(
  downloadMessage,
  receipts(sqsClient(), env.DOWNLOAD_QUEUE_URL),
  (message, delivery, context) => runDownload(app, message, delivery, () => context.getRemainingTimeInMillis()),
);
