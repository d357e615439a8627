import { exportEnv } from '../contract/env.ts';
import { answerFile } from '../src/answer-file.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { streamedFile } from '../src/aws/streamed-file.ts';
import { uploadsBucket } from '../src/aws/uploads-bucket.ts';
import { eventListing } from '../src/events/listing/table.ts';
import { importsTable } from '../src/imports/table.ts';

const env = exportEnv.parse(process.env);
const db = dynamoDb();
const app = {
  eventListing: eventListing(db, env.EVENTS_TABLE),
  timeZone: env.EVENTS_TIME_ZONE,
  imports: importsTable(db, { events: env.EVENTS_TABLE, news: env.NEWS_TABLE }),
  uploads: uploadsBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.UPLOADS_BUCKET),
  now: () => new Date(),
};

export const handler = streamedFile((request) => answerFile(app, request));
