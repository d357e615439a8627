import { deadLetterEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { eachMessage } from '../src/aws/each-message.ts';
import { attemptsTable } from '../src/downloads/attempts/table.ts';
import { downloadMessage } from '../src/downloads/download-message.ts';

const env = deadLetterEnv.parse(process.env);
const attempts = attemptsTable(dynamoDb(), {
  downloads: env.DOWNLOADS_TABLE,
  news: env.NEWS_TABLE,
  retentionDays: env.RETENTION_DAYS,
});

export const handler = eachMessage(downloadMessage, null, ({ id }) => attempts.giveUp(id, new Date()));
