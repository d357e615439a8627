import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmEmail } from './alarm-email.ts';
import { Broadcaster } from './broadcaster.ts';
import { readConfig } from './config.ts';
import { Connections } from './connections.ts';
import { DeadLetter } from './dead-letter.ts';
import { DownloadWorker } from './download-worker.ts';
import { Edge } from './edge.ts';
import { Export } from './export.ts';
import { FailuresBucket } from './failures-bucket.ts';
import { FanOut } from './fan-out.ts';
import { Greeter } from './greeter.ts';
import { HttpApi } from './http-api.ts';
import { ImportWorker } from './import-worker.ts';
import { Janitor } from './janitor.ts';
import { LiveStream } from './live-stream.ts';
import { MediaBucket } from './media-bucket.ts';
import { Notifier } from './notifier.ts';
import { OperationsDashboard } from './operations-dashboard.ts';
import { Site } from './site.ts';
import { Tables } from './tables.ts';
import { UploadsBucket } from './uploads-bucket.ts';
import { WebSocketApi } from './web-socket-api.ts';
import { WorkQueue } from './work-queue.ts';

/** All of FastTrack, in the order a download meets it. */
export class FastTrackStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: 'FastTrack: downloads from URLs into object storage, seen live.' });
    const config = readConfig(this.node);
    const { retain } = config;

    // One address for everybody: the pages, and every path named at the end of this file.
    const site = new Site(this, 'Site');
    const edge = new Edge(this, 'Edge', { config, site: site.origin });
    site.publish(edge.distribution, config);

    // What is remembered.
    const { downloads, events, connections, news } = new Tables(this, 'Tables', { retain });
    const media = new MediaBucket(this, 'Media', { retain, siteUrl: edge.url });

    // POST /downloads: a row, its news, and a message to the workers. POST /uploads: a row, and a file whose arrival is the message.
    const downloadQueue = new WorkQueue(this, 'DownloadQueue', {
      impact: 'Their downloads look as if they were still running, and never end.',
    });
    const importQueue = new WorkQueue(this, 'ImportQueue', {
      impact: 'Their imports look as if they were still running, and never end.',
    });
    const uploads = new UploadsBucket(this, 'Uploads', { retain, queue: importQueue });
    const api = new HttpApi(this, 'HttpApi', {
      config,
      connections,
      downloads,
      events,
      news,
      media,
      uploads,
      downloadQueue,
      importQueue,
      siteUrl: edge.url,
    });

    // The bytes, from their source into the bucket; the rows, from the bucket into the calendar; and what happens when that fails.
    new DownloadWorker(this, 'DownloadWorker', { config, downloads, news, media, queue: downloadQueue });
    new ImportWorker(this, 'ImportWorker', { config, events, news, uploads, queue: importQueue });
    new DeadLetter(this, 'DeadLetter', { config, downloads, events, news, downloadQueue, importQueue });

    // The news of it, to everybody who listens.
    const sockets = new WebSocketApi(this, 'WebSocketApi', { config });
    const fanOut = new FanOut(this, 'FanOut', { config, connections, sockets });
    const broadcaster = new Broadcaster(this, 'Broadcaster', {
      config,
      connections,
      downloads,
      events,
      sockets,
      fanOut,
    });
    new Connections(this, 'Connections', { config, connections, downloads, events, news, sockets, broadcaster });
    const failures = new FailuresBucket(this, 'Failures', { retain });
    new Greeter(this, 'Greeter', { config, connections, downloads, events, news, sockets, failures });
    new Notifier(this, 'Notifier', { config, connections, news, sockets, fanOut, failures });
    const live = new LiveStream(this, 'LiveStream', { config, connections, downloads, news });

    // The whole calendar as a file; the rows of one that failed.
    const exported = new Export(this, 'Export', { config, events, news, uploads });

    // Each minute, what a crash has left half done.
    new Janitor(this, 'Janitor', {
      config,
      connections,
      downloads,
      events,
      news,
      media,
      downloadQueue,
      importQueue,
      sockets,
    });

    // Which path goes where: the first that matches wins.
    edge.serveApi(['/ws/connections'], api.origin);
    edge.serveSockets('/ws/*', sockets.origin);
    edge.serveStreams(['/downloads/*/stream', '/api/v1/downloads/*/stream'], live.origin);
    edge.serveStreams(['/eventos/download', '/api/v1/eventos/download', '/api/v1/events/download'], exported.origin);
    edge.serveStreams(['/uploads/*/failed.csv', '/api/v1/uploads/*/failed.csv'], exported.origin);
    edge.serveApi(
      [
        '/api/*',
        '/downloads*',
        '/eventos*',
        '/uploads*',
        '/notifications*',
        '/health',
        '/docs*',
        '/openapi.json',
        '/asyncapi.json',
      ],
      api.origin,
    );

    new OperationsDashboard(this, 'Operations');
    if (config.alarmEmail !== undefined) new AlarmEmail(this, 'AlarmEmail', { address: config.alarmEmail });

    new CfnOutput(this, 'SiteUrl', { value: edge.url });
    new CfnOutput(this, 'WebSocketUrl', { value: `wss://${edge.host}/ws/downloads/{id}` });
    new CfnOutput(this, 'ApiUrl', { value: api.url, description: 'Answers only CloudFront, but for /health.' });
    new CfnOutput(this, 'MediaBucket', { value: media.bucketName });
    new CfnOutput(this, 'UploadsBucket', { value: uploads.bucketName });
    new CfnOutput(this, 'DownloadQueueUrl', { value: downloadQueue.queueUrl });
    new CfnOutput(this, 'ImportQueueUrl', { value: importQueue.queueUrl });
    new CfnOutput(this, 'DownloadsTable', { value: downloads.tableName });
    new CfnOutput(this, 'EventsTable', { value: events.tableName });
    new CfnOutput(this, 'FailuresBucket', { value: failures.bucketName });
  }
}
