import { importWorkerEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { eachMessage } from '../src/aws/each-message.ts';
import { queue, receipts, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { uploadsBucket } from '../src/aws/uploads-bucket.ts';
import { newEventId } from '../src/events/event.ts';
import { holdsTable } from '../src/imports/holds/table.ts';
import { type ImportMessage, importMessage } from '../src/imports/import-message.ts';
import { runImport } from '../src/imports/run-import.ts';
import { importsTable } from '../src/imports/table.ts';

const env = importWorkerEnv.parse(process.env);
const names = { events: env.EVENTS_TABLE, news: env.NEWS_TABLE };
const db = dynamoDb();
const sqs = sqsClient();
const app = {
  holds: holdsTable(db, names),
  imports: importsTable(db, names),
  files: uploadsBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.UPLOADS_BUCKET),
  queue: queue<ImportMessage>(sqs, env.IMPORT_QUEUE_URL),
  db,
  names,
  newId: newEventId,
  now: () => new Date(),
};

export const handler = eachMessage(
  importMessage,
  receipts(sqs, env.IMPORT_QUEUE_URL),
  async (messages, delivery, context) => {
    const deadline = () => context.getRemainingTimeInMillis();
    // S3 may tell of several files at once, though it never has: one after the other, as they share one visibility.
    for (const message of messages) await runImport(app, message, delivery, deadline);
  },
);
