import type { Db } from '../aws/dynamodb.ts';
import { queue, sqsClient } from '../aws/queue.ts';
import { s3Client } from '../aws/s3-client.ts';
import { uploadsBucket } from '../aws/uploads-bucket.ts';
import type { ImportMessage } from '../imports/import-message.ts';
import { importsTable } from '../imports/table.ts';
import { eventListing } from './listing/table.ts';
import { eventsTable } from './table.ts';

type CalendarEnv = {
  AWS_ENDPOINT_URL?: string | undefined;
  EVENTS_TIME_ZONE: string;
  UPLOADS_BUCKET: string;
  IMPORT_QUEUE_URL: string;
};

/** What changing events one by one, and importing them, needs. */
export function openCalendar(db: Db, tables: { events: string; news: string }, env: CalendarEnv) {
  return {
    timeZone: env.EVENTS_TIME_ZONE,
    events: eventsTable(db, tables),
    eventListing: eventListing(db, tables.events),
    eventsTable: tables.events,
    imports: importsTable(db, tables),
    uploads: uploadsBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.UPLOADS_BUCKET),
    importQueue: queue<ImportMessage>(sqsClient(), env.IMPORT_QUEUE_URL),
  };
}
