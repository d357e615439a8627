import { httpEnv } from '../contract/env.ts';
import type { DownloadMessage } from '../src/downloads/download-message.ts';
import { accessToken } from '../src/aws/access-token.ts';
import { mediaBucket } from '../src/aws/bucket.ts';
import { dynamoDb } from '../src/aws/dynamodb.ts';
import { http } from '../src/aws/lambda-http.ts';
import { queue, sqsClient } from '../src/aws/queue.ts';
import { s3Client } from '../src/aws/s3-client.ts';
import { countsTable } from '../src/channels/counts/table.ts';
import { linkToFile } from '../src/downloads/link-to-file.ts';
import { downloadListing } from '../src/downloads/listing/table.ts';
import { newDownloadId } from '../src/downloads/download.ts';
import { downloadsTable } from '../src/downloads/table.ts';
import { openCalendar } from '../src/events/open-calendar.ts';
import { httpApi } from '../src/http/api.ts';
import { discardFrom } from '../src/media/discard.ts';
import { mediaSources } from '../src/media/media-sources.ts';
import { noticesTable } from '../src/notices/table.ts';
import { stateTable } from '../src/snapshots/state/table.ts';

const env = httpEnv.parse(process.env);
const db = dynamoDb();
const bucket = mediaBucket(s3Client({ endpoint: env.AWS_ENDPOINT_URL }), env.MEDIA_BUCKET);
const { NEWS_TABLE: news, EVENTS_TABLE: events, DOWNLOADS_TABLE: downloads } = env;
const names = { downloads, events, news, retentionDays: env.RETENTION_DAYS };

export const handler = http(
  httpApi({
    downloads: downloadsTable(db, names),
    ...openCalendar(db, names, env),
    notices: noticesTable(db, names),
    listing: downloadListing(db, downloads),
    queue: queue<DownloadMessage>(sqsClient(), env.DOWNLOAD_QUEUE_URL),
    discard: discardFrom(bucket),
    inspect: mediaSources(env).sources.inspect,
    linkTo: linkToFile(bucket),
    state: stateTable(db, downloads),
    connections: countsTable(db, env.CONNECTIONS_TABLE),
    accessToken: accessToken(env.ACCESS_TOKEN_PARAMETER),
    allowPrivateSources: env.FASTTRACK_ALLOW_PRIVATE_SOURCES,
    hosts: { allowed: env.ALLOWED_HOSTS, denied: env.DENIED_HOSTS },
    originKey: env.ORIGIN_KEY,
    placeholderThumbnail: `${env.SITE_URL}/thumbnail.svg`,
    siteUrl: env.SITE_URL,
    version: env.VERSION,
    now: () => new Date(),
    newId: newDownloadId,
  }),
);
