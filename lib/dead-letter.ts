import { Duration } from 'aws-cdk-lib';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { DeadLetterEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { retention } from './limits.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { WorkQueue } from './work-queue.ts';

type DeadLetterProps = Pick<Tables, 'downloads' | 'events' | 'news'> & {
  config: Config;
  downloadQueue: WorkQueue;
  importQueue: WorkQueue;
};

/** Marks what no worker could finish as failed, so that nobody waits for it. */
export class DeadLetter extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { config, downloads, events, news, downloadQueue, importQueue }: DeadLetterProps,
  ) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'dead-letter',
      memorySize: 256,
      timeout: Duration.seconds(30),
      impact: 'Downloads and imports that were given up look as if they were still running.',
      environment: {
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        ...retention(config),
      } satisfies DeadLetterEnv,
    });
    for (const { deadLetters } of [downloadQueue, importQueue]) {
      fn.addEventSource(new SqsEventSource(deadLetters, { batchSize: 10, reportBatchItemFailures: true }));
    }
    downloads.grantItems(fn, 'GetItem', 'PutItem', 'UpdateItem');
    events.grantItems(fn, 'GetItem', 'PutItem');
    news.grantItems(fn, 'PutItem');
  }
}
