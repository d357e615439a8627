import { liveStreamEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { serverSentEvents } from '../src/aws/server-sent-events.ts';
import { countsTable } from '../src/channels/counts/table.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { answerStream } from '../src/live/answer-stream.ts';
import { newsTable } from '../src/news/table.ts';
import { buildSnapshots } from '../src/snapshots/build-snapshots.ts';
import { currentSnapshot } from '../src/snapshots/current-snapshot.ts';
import { stateTable } from '../src/snapshots/state/table.ts';
import { snapshotsTable } from '../src/snapshots/table.ts';

const env = liveStreamEnv.parse(process.env);
const db = dynamoDb();
const now = () => new Date();
const state = stateTable(db, env.DOWNLOADS_TABLE);
const { presence } = countsTable(db, env.CONNECTIONS_TABLE);
const build = buildSnapshots({ table: state, connections: presence, now });
const app = {
  downloads: downloadsTable(db, { downloads: env.DOWNLOADS_TABLE, news: env.NEWS_TABLE }),
  news: newsTable(db, env.NEWS_TABLE),
  state,
  current: currentSnapshot({ snapshots: snapshotsTable(db, env.DOWNLOADS_TABLE), build, now }),
  now,
};

export const handler = serverSentEvents(env.STREAM_SECONDS, (request, signal) => answerStream(app, request, signal));
