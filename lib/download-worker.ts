import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import type { DownloadWorkerEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { hostLimits, retention } from './limits.ts';
import type { MediaBucket } from './media-bucket.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import { WORKER_TIMEOUT, type WorkQueue } from './work-queue.ts';

type DownloadWorkerProps = Pick<Tables, 'downloads' | 'news'> & {
  config: Config;
  media: MediaBucket;
  queue: WorkQueue;
};

/** Takes one download at a time from its source into the media bucket. */
export class DownloadWorker extends Construct {
  constructor(scope: Construct, id: string, { config, downloads, news, media, queue }: DownloadWorkerProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'download-worker',
      memorySize: 1024,
      timeout: WORKER_TIMEOUT,
      // It may queue the rest of a download to itself near its time limit; Lambda would take that for a runaway loop and stop it.
      recursiveLoop: RecursiveLoop.ALLOW,
      impact: 'Requested downloads stay pending or start over, and people wait for their files.',
      environment: {
        DOWNLOADS_TABLE: downloads.tableName,
        NEWS_TABLE: news.tableName,
        MEDIA_BUCKET: media.bucketName,
        DOWNLOAD_QUEUE_URL: queue.queueUrl,
        MAX_DOWNLOAD_BYTES: String(config.maxDownloadBytes),
        MAX_DURATION_SECONDS: String(config.maxDurationSeconds),
        ...hostLimits(config),
        ...retention(config),
      } satisfies DownloadWorkerEnv,
    });
    // This also lets it change the visibility of its messages.
    fn.addEventSource(
      new SqsEventSource(queue.queue, {
        batchSize: 1,
        reportBatchItemFailures: true,
        maxConcurrency: config.downloadConcurrency,
      }),
    );
    queue.grantSend(fn);
    downloads.grantItems(fn, 'GetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    news.grantItems(fn, 'PutItem');
    media.grantObjects(
      fn,
      'GetObject',
      'PutObject',
      'ListMultipartUploadParts',
      'AbortMultipartUpload',
      'DeleteObject',
    );
    media.grantList(fn);
  }
}
