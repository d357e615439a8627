import * as z from 'zod';
import { timeZone } from './time-zone.ts';
import { hostList, sourceOrder, youtubeClients, ytDlpHosts } from './sources.ts';

const tableName = z.string().min(3);
/** Environment values are text; CDK must give text. */
const wholeNumber = z
  .string()
  .regex(/^[1-9]\d*$/)
  .transform(Number);

const hostOverrides = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is not JSON: ${String(error)}` });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.url({ protocol: /^https?$/ })))
  .prefault('{}');

/** Set on a laptop alone: the template has none of these, so a deployed function never sees them. */
const localRun = {
  FASTTRACK_ALLOW_PRIVATE_SOURCES: z.stringbool().prefault('false'),
  /** `{"www.youtube.com":"http://127.0.0.1:9100"}`: what is asked of a host goes elsewhere, for tests. */
  FASTTRACK_HOST_OVERRIDES: hostOverrides,
  AWS_ENDPOINT_URL: z.url().optional(),
};

/** Where media may come from. */
const mediaSources = z.object({
  ...localRun,
  SOURCES: sourceOrder,
  YOUTUBE_CLIENTS: youtubeClients,
  /** The program `yt-dlp`, where there is one. */
  YT_DLP_PATH: z.string().optional(),
  YT_DLP_HOSTS: ytDlpHosts,
  /** What may be asked for, when this names any; and what may not, nor may a redirect lead there. */
  ALLOWED_HOSTS: hostList,
  DENIED_HOSTS: hostList,
  /** Where the source tells how long the media lasts. */
  MAX_DURATION_SECONDS: wholeNumber.prefault(String(12 * 60 * 60)),
});
export type MediaSourcesEnv = z.output<typeof mediaSources>;

/** Compared with `x-origin-key`, which only the site's CloudFront sends. */
const originKey = { ORIGIN_KEY: z.string().min(16) };
/** The SSM parameter that holds the access token; without it everybody may write. */
const accessToken = { ACCESS_TOKEN_PARAMETER: z.string().optional() };

/** Days after its end when a download is deleted with its file; empty: both are kept. */
const retention = {
  RETENTION_DAYS: z
    .string()
    .regex(/^([1-9]\d*)?$/)
    .transform((days) => (days === '' ? undefined : Number(days)))
    .prefault(''),
};

/** Where the calendar's clocks are: a date without a zone is one of this. */
const eventsTimeZone = { EVENTS_TIME_ZONE: timeZone.prefault('America/Sao_Paulo') };

export const httpEnv = z.object({
  ...mediaSources.shape,
  ...originKey,
  ...accessToken,
  ...eventsTimeZone,
  EVENTS_TABLE: tableName,
  CONNECTIONS_TABLE: tableName,
  ...retention,
  DOWNLOADS_TABLE: tableName,
  NEWS_TABLE: tableName,
  MEDIA_BUCKET: z.string(),
  DOWNLOAD_QUEUE_URL: z.url(),
  UPLOADS_BUCKET: z.string(),
  IMPORT_QUEUE_URL: z.url(),
  SITE_URL: z.url(),
  VERSION: z.string(),
});
export const connectionsEnv = z.object({
  ...originKey,
  ...accessToken,
  CONNECTIONS_TABLE: tableName,
  DOWNLOADS_TABLE: tableName,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
  WEBSOCKET_CALLBACK_URL: z.url(),
  /** Started when somebody begins to watch. */
  BROADCASTER_FUNCTION: z.string(),
  /** An address with so many open is refused another. */
  MAX_CONNECTIONS_PER_IP: wholeNumber.prefault('50'),
});
export const downloadWorkerEnv = z.object({
  ...mediaSources.shape,
  DOWNLOADS_TABLE: tableName,
  NEWS_TABLE: tableName,
  MEDIA_BUCKET: z.string(),
  DOWNLOAD_QUEUE_URL: z.url(),
  ...retention,
  MAX_DOWNLOAD_BYTES: wholeNumber,
  /** Requests to a source side by side; while more make it faster, there may be as many as MOST_MEDIA_CONNECTIONS. */
  MEDIA_CONNECTIONS: wholeNumber.prefault('8'),
  MOST_MEDIA_CONNECTIONS: wholeNumber.prefault('16'),
  /** S3 takes no part but the last below 5 MiB. */
  PART_BYTES: wholeNumber.pipe(z.int().min(5 * 1024 ** 2)).prefault(String(8 * 1024 ** 2)),
});
export const importWorkerEnv = z.object({
  AWS_ENDPOINT_URL: localRun.AWS_ENDPOINT_URL,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
  UPLOADS_BUCKET: z.string(),
  IMPORT_QUEUE_URL: z.url(),
});
export const greeterEnv = z.object({
  CONNECTIONS_TABLE: tableName,
  DOWNLOADS_TABLE: tableName,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
  WEBSOCKET_CALLBACK_URL: z.url(),
});
/** What telling a channel's listeners needs: big channels are told by the functions of a queue. */
const delivery = { CONNECTIONS_TABLE: tableName, WEBSOCKET_CALLBACK_URL: z.url(), FAN_OUT_QUEUE_URL: z.url() };

export const notifierEnv = z.object(delivery);
export const fanOutEnv = z.object({ CONNECTIONS_TABLE: tableName, WEBSOCKET_CALLBACK_URL: z.url() });
export const broadcasterEnv = z.object({
  ...delivery,
  DOWNLOADS_TABLE: tableName,
  EVENTS_TABLE: tableName,
  /** Lambda sets it: the broadcaster starts its own successor. */
  AWS_LAMBDA_FUNCTION_NAME: z.string(),
});
export const liveStreamEnv = z.object({
  CONNECTIONS_TABLE: tableName,
  DOWNLOADS_TABLE: tableName,
  NEWS_TABLE: tableName,
  /** Lambda never learns that a browser left, and runs to its end: each stream ends itself and is resumed. */
  STREAM_SECONDS: wholeNumber.prefault('50'),
});
export const exportEnv = z.object({
  ...eventsTimeZone,
  AWS_ENDPOINT_URL: localRun.AWS_ENDPOINT_URL,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
  UPLOADS_BUCKET: z.string(),
});
export const deadLetterEnv = z.object({
  ...retention,
  DOWNLOADS_TABLE: tableName,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
});
export const janitorEnv = z.object({
  ...localRun,
  CONNECTIONS_TABLE: tableName,
  WEBSOCKET_CALLBACK_URL: z.url(),
  MEDIA_BUCKET: z.string(),
  DOWNLOADS_TABLE: tableName,
  EVENTS_TABLE: tableName,
  NEWS_TABLE: tableName,
  DOWNLOAD_QUEUE_URL: z.url(),
  IMPORT_QUEUE_URL: z.url(),
});

/** What CDK must give each function: the environment before it is parsed, without what only a laptop sets. */
type Given<T extends z.ZodType> = Omit<z.input<T>, keyof typeof localRun>;
export type HttpEnv = Given<typeof httpEnv>;
export type ConnectionsEnv = Given<typeof connectionsEnv>;
export type DownloadWorkerEnv = Given<typeof downloadWorkerEnv>;
export type ImportWorkerEnv = Given<typeof importWorkerEnv>;
export type GreeterEnv = Given<typeof greeterEnv>;
export type NotifierEnv = Given<typeof notifierEnv>;
export type FanOutEnv = Given<typeof fanOutEnv>;
export type BroadcasterEnv = Omit<Given<typeof broadcasterEnv>, 'AWS_LAMBDA_FUNCTION_NAME'>;
export type LiveStreamEnv = Given<typeof liveStreamEnv>;
export type ExportEnv = Given<typeof exportEnv>;
export type DeadLetterEnv = Given<typeof deadLetterEnv>;
export type JanitorEnv = Given<typeof janitorEnv>;
