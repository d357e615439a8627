import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { ImportWorkerEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { UploadsBucket } from './uploads-bucket.ts';
import { WORKER_TIMEOUT, type WorkQueue } from './work-queue.ts';

type ImportWorkerProps = Pick<Tables, 'events' | 'news'> & {
  config: Config;
  uploads: UploadsBucket;
  queue: WorkQueue;
};

/** Takes one file at a time from the uploads bucket into the calendar, row by row. */
export class ImportWorker extends Construct {
  constructor(scope: Construct, id: string, { config, events, news, uploads, queue }: ImportWorkerProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'import-worker',
      // A whole processor comes with 1,769 MB, and reading rows takes one.
      memorySize: 1769,
      timeout: WORKER_TIMEOUT,
      // It queues the rest of an import to itself near its time limit; Lambda would take that for a runaway loop and stop it.
      recursiveLoop: RecursiveLoop.ALLOW,
      impact: 'Imports stay waiting or stop halfway, and the events of their files are not in the calendar.',
      environment: {
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        UPLOADS_BUCKET: uploads.bucketName,
        IMPORT_QUEUE_URL: queue.queueUrl,
      } satisfies ImportWorkerEnv,
    });
    // This also lets it change the visibility of its messages.
    fn.addEventSource(
      new SqsEventSource(queue.queue, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: config.importConcurrency,
      }),
    );
    queue.grantSend(fn);
    events.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    news.grantItems(fn, 'PutItem');
    uploads.grantObjects(fn, 'GetObject');
    uploads.grantList(fn);
  }
}
