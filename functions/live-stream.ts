import { liveStreamEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { serverSentEvents } from '../src/aws/server-sent-events.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { streamDownload } from '../src/live/stream-download.ts';
import { newsTable } from '../src/news/table.ts';

const env = liveStreamEnv.parse(process.env);
const db = dynamoDb();
const app = {
  downloads: downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE }),
  news: newsTable(db, env.NEWS_TABLE),
  now: () => new Date(),
};

export const handler = serverSentEvents(env.STREAM_SECONDS, (request, signal) => streamDownload(app, request, signal));
