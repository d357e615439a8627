import type { Delivery } from '../aws/each-message.ts';
import type { Queue } from '../aws/queue.ts';
import type { UploadsBucket } from '../aws/uploads-bucket.ts';
import type { HoldsTable } from './holds/table.ts';
import type { ImportMessage } from './import-message.ts';
import type { ImportsTable } from './table.ts';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export type RunImportDeps = {
  holds: HoldsTable;
  imports: Pick<ImportsTable, 'get'>;
  files: Pick<UploadsBucket, 'head' | 'range'>;
  queue: Queue<ImportMessage>;
  db: DynamoDBDocumentClient;
  names: { events: string; news: string };
  now: () => Date;
};

/** One delivery of one import's message. */
export async function runImport(
  _app: RunImportDeps,
  _message: ImportMessage,
  _delivery: Delivery,
  _deadline: () => number,
): Promise<void> {
  throw new Error('not yet');
}
