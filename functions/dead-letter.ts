import { deadLetterEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { eachMessage } from '../src/aws/each-message.ts';
import { attemptsTable } from '../src/downloads/attempts/table.ts';
import { deadLetter, giveUp } from '../src/give-up.ts';
import { holdsTable } from '../src/imports/holds/table.ts';

const env = deadLetterEnv.parse(process.env);
const names = {
  downloads: env.DOWNLOADS_TABLE,
  events: env.EVENTS_TABLE,
  news: env.NEWS_TABLE,
  retentionDays: env.RETENTION_DAYS,
};
const db = dynamoDb();
const app = { attempts: attemptsTable(db, names), holds: holdsTable(db, names), now: () => new Date() };

export const handler = eachMessage(deadLetter, null, (message) => giveUp(app, message));
