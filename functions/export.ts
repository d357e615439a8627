import { exportEnv } from '../contract/env.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { streamedFile } from '../src/aws/streamed-file.ts';
import { answerExport } from '../src/events/export/answer-export.ts';
import { eventListing } from '../src/events/listing/table.ts';

const env = exportEnv.parse(process.env);
const app = { eventListing: eventListing(dynamoDb(), env.EVENTS_TABLE), timeZone: env.EVENTS_TIME_ZONE };

export const handler = streamedFile((request) => answerExport(app, request));
