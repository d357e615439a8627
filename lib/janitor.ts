import { Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { JanitorEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import type { DownloadQueue } from './download-queue.ts';
import type { MediaBucket } from './media-bucket.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import { acceptWildcard } from './wildcard-grant.ts';

type JanitorProps = Pick<Tables, 'downloads' | 'news'> & { config: Config; media: MediaBucket; queue: DownloadQueue };

/** Repairs, each minute, what a crash left half done, and deletes what has been kept for long enough. */
export class Janitor extends Construct {
  constructor(scope: Construct, id: string, { config, downloads, news, media, queue }: JanitorProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'janitor',
      memorySize: 256,
      timeout: Duration.seconds(50),
      impact: 'A download whose request or worker died halfway is not picked up again.',
      environment: {
        DOWNLOADS_TABLE: downloads.tableName,
        NEWS_TABLE: news.tableName,
        MEDIA_BUCKET: media.bucketName,
        DOWNLOAD_QUEUE_URL: queue.queueUrl,
      } satisfies JanitorEnv,
    });
    // Its own role, because the one CDK would share among schedules is named by none of them.
    const scheduler = new Role(this, 'SchedulerRole', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') });
    acceptWildcard(scheduler, {
      resource: `${fn.functionArn}:*`,
      reason: 'CDK grants a function together with its versions; this one has none.',
    });
    new Schedule(this, 'EveryMinute', {
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      // The next minute is its retry.
      target: new LambdaInvoke(fn, { role: scheduler, retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    downloads.grantIndexes(fn, 'unsettled', 'leased', 'expiring');
    news.grantItems(fn, 'PutItem');
    media.grantObjects(fn, 'DeleteObject', 'AbortMultipartUpload');
    media.grantList(fn);
    queue.grantSend(fn);
  }
}
