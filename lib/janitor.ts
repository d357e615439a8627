import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { JanitorEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import { everyMinute } from './every-minute.ts';
import type { MediaBucket } from './media-bucket.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';
import type { WorkQueue } from './work-queue.ts';

type JanitorProps = Pick<Tables, 'connections' | 'downloads' | 'events' | 'news'> & {
  config: Config;
  media: MediaBucket;
  downloadQueue: WorkQueue;
  importQueue: WorkQueue;
  sockets: WebSocketApi;
};

/** Repairs, each minute, what a crash left half done, and deletes what has been kept for long enough. */
export class Janitor extends Construct {
  constructor(scope: Construct, id: string, props: JanitorProps) {
    super(scope, id);
    const { config, connections, downloads, events, news, media, downloadQueue, importQueue, sockets } = props;
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'janitor',
      memorySize: 256,
      timeout: Duration.seconds(50),
      impact:
        'A download or import whose request or worker died halfway is not picked up again; listeners that left are still counted.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
        DOWNLOADS_TABLE: downloads.tableName,
        EVENTS_TABLE: events.tableName,
        NEWS_TABLE: news.tableName,
        MEDIA_BUCKET: media.bucketName,
        DOWNLOAD_QUEUE_URL: downloadQueue.queueUrl,
        IMPORT_QUEUE_URL: importQueue.queueUrl,
      } satisfies JanitorEnv,
    });
    everyMinute(this, fn);
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    downloads.grantIndexes(fn, 'unsettled', 'leased', 'expiring');
    events.grantItems(fn, 'BatchGetItem');
    events.grantIndexes(fn, 'imports_due');
    news.grantItems(fn, 'PutItem');
    connections.grantItems(fn, 'GetItem', 'UpdateItem', 'DeleteItem');
    connections.grantIndexes(fn, 'by_confirmation', 'by_kind');
    sockets.grantProbe(fn);
    media.grantObjects(fn, 'DeleteObject', 'AbortMultipartUpload');
    media.grantList(fn);
    downloadQueue.grantSend(fn);
    importQueue.grantSend(fn);
  }
}
