import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { JanitorEnv } from '../contract/env.ts';
import type { Config } from './config.ts';
import type { DownloadQueue } from './download-queue.ts';
import { everyMinute } from './every-minute.ts';
import type { MediaBucket } from './media-bucket.ts';
import { NodeFunction } from './node-function.ts';
import type { Tables } from './tables.ts';
import type { WebSocketApi } from './web-socket-api.ts';

type JanitorProps = Pick<Tables, 'connections' | 'downloads' | 'news'> & {
  config: Config;
  media: MediaBucket;
  queue: DownloadQueue;
  sockets: WebSocketApi;
};

/** Repairs, each minute, what a crash left half done, and deletes what has been kept for long enough. */
export class Janitor extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { config, connections, downloads, news, media, queue, sockets }: JanitorProps,
  ) {
    super(scope, id);
    const fn = new NodeFunction(this, 'Function', {
      config,
      name: 'janitor',
      memorySize: 256,
      timeout: Duration.seconds(50),
      impact:
        'A download whose request or worker died halfway is not picked up again; listeners that left are still counted.',
      environment: {
        CONNECTIONS_TABLE: connections.tableName,
        WEBSOCKET_CALLBACK_URL: sockets.callbackUrl,
        DOWNLOADS_TABLE: downloads.tableName,
        NEWS_TABLE: news.tableName,
        MEDIA_BUCKET: media.bucketName,
        DOWNLOAD_QUEUE_URL: queue.queueUrl,
      } satisfies JanitorEnv,
    });
    everyMinute(this, fn);
    downloads.grantItems(fn, 'GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem');
    downloads.grantIndexes(fn, 'unsettled', 'leased', 'expiring');
    news.grantItems(fn, 'PutItem');
    connections.grantItems(fn, 'GetItem', 'UpdateItem', 'DeleteItem');
    connections.grantIndexes(fn, 'by_confirmation', 'by_kind');
    sockets.grantProbe(fn);
    media.grantObjects(fn, 'DeleteObject', 'AbortMultipartUpload');
    media.grantList(fn);
    queue.grantSend(fn);
  }
}
