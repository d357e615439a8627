import { Duration } from 'aws-cdk-lib';
import type { IOrigin } from 'aws-cdk-lib/aws-cloudfront';
import { Construct } from 'constructs';
import type { ExportEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { NodeFunction } from './node-function.ts';
import { streamingUrl } from './streaming-url.ts';
import type { Tables } from './tables.ts';
import type { UploadsBucket } from './uploads-bucket.ts';

type ExportProps = Pick<Tables, 'events' | 'news'> & { config: Config; uploads: UploadsBucket };

/** The whole calendar, or the failed rows of an import, as a file that is sent while it is read: in constant memory, whatever its size. */
export class Export extends Construct {
  readonly origin: IOrigin;

  constructor(scope: Construct, id: string, { config, events, news, uploads }: ExportProps) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'export',
      memorySize: 512,
      // Lambda's own most: a slow reader gets his file as long as he goes on reading.
      timeout: Duration.minutes(15),
      impact: 'Nobody can download the events, or the failed rows of an import, as a file.',
      environment: {
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        EVENTS_TIME_ZONE: config.timeZone,
        UPLOADS_BUCKET: uploads.bucketName,
      } satisfies ExportEnv,
    });
    this.origin = streamingUrl(fn, config, []);
    events.grantItems(fn, 'GetItem', 'BatchGetItem');
    events.grantIndexes(fn, 'by_date', 'by_city');
    uploads.grantObjects(fn, 'GetObject');
    uploads.grantList(fn);
  }
}
