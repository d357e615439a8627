import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { acceptedDownload, download, quality, status } from './download.ts';
import { downloadList } from './download-answers.ts';
import * as control from './control-routes.ts';
import * as events from './event-routes.ts';
import { inspectUrl } from './inspect-route.ts';
import { listNotices, postNotice } from './notice-routes.ts';
import * as snapshots from './snapshot-routes.ts';
import * as uploads from './upload-routes.ts';
import { byId, idempotent, invalid, json, missing, problemOf, requestedUrl } from './route-parts.ts';

export const MAX_URL_LENGTH = 2048;
/** JSON bodies; uploads have routes of their own. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const downloadRequest = z
  .strictObject({
    url: requestedUrl,
    quality: quality.default('best'),
  })
  .meta({ id: 'DownloadRequest' });

export const requestDownload = createRoute({
  method: 'post',
  path: '/downloads',
  tags: ['downloads'],
  summary: 'Ask for a download',
  request: {
    ...idempotent,
    body: { required: true, content: { 'application/json': { schema: downloadRequest } } },
  },
  responses: {
    202: json(acceptedDownload, 'Accepted; `Location` names it.'),
    400: invalid,
    413: problemOf('The body is larger than 1 MiB.'),
    415: problemOf('The body is not JSON.'),
    422: problemOf('The Idempotency-Key was used with another body.'),
  },
});

export const listDownloads = createRoute({
  method: 'get',
  path: '/downloads',
  tags: ['downloads'],
  summary: 'List downloads, newest first',
  request: {
    query: z.object({
      status: status.optional(),
      q: z
        .string()
        .max(200)
        .optional()
        .meta({ description: 'Text in the title or the URL; at most 1,000 downloads are examined a request.' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(200).optional().meta({ description: '`next_cursor` of the page before.' }),
    }),
  },
  responses: {
    200: json(downloadList, 'One page.'),
    400: invalid,
  },
});

export const getDownload = createRoute({
  method: 'get',
  path: '/downloads/{id}',
  tags: ['downloads'],
  summary: 'One download',
  request: byId,
  responses: { 200: json(download, 'The download.'), 404: missing },
});

export const deleteDownload = createRoute({
  method: 'delete',
  path: '/downloads/{id}',
  tags: ['downloads'],
  summary: 'Delete a download and its file, unless another download shares it; a running one is stopped',
  request: byId,
  responses: { 204: { description: 'Deleted.' }, 404: missing },
});

export const getFile = createRoute({
  method: 'get',
  path: '/downloads/{id}/file',
  tags: ['downloads'],
  summary: 'The file, by a link that is valid for an hour',
  request: byId,
  responses: {
    302: { description: 'To the file, under its right name; Range works.' },
    404: missing,
    409: problemOf('The download has not completed.'),
  },
});

/** Answered by the streaming function behind the same origin, not by the HTTP API. */
export const streamDownload = createRoute({
  method: 'get',
  path: '/downloads/{id}/stream',
  tags: ['live'],
  summary: 'Server-sent events of one download',
  request: {
    ...byId,
    headers: z.object({ 'last-event-id': z.string().optional() }),
  },
  responses: {
    200: {
      description: 'A stream that ends with the download, or before 55 s, to be resumed.',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    204: { description: 'The listener has already heard the end.' },
    404: missing,
  },
});

export const getHealth = createRoute({
  method: 'get',
  path: '/health',
  tags: ['system'],
  summary: 'Whether the system is up',
  responses: { 200: json(z.object({ status: z.literal('ok'), version: z.string() }).meta({ id: 'Health' }), 'It is.') },
});

export const getOpenApi = createRoute({
  method: 'get',
  path: '/openapi.json',
  tags: ['system'],
  summary: 'This description',
  responses: { 200: { description: 'OpenAPI 3.1.' } },
});

export const getAsyncApi = createRoute({
  method: 'get',
  path: '/asyncapi.json',
  tags: ['system'],
  summary: 'What is said over WebSockets and server-sent events',
  responses: { 200: { description: 'AsyncAPI 3.0.' } },
});

export const getDocs = createRoute({
  method: 'get',
  path: '/docs',
  tags: ['system'],
  summary: 'This description, for people',
  responses: { 200: { description: 'A page.' } },
});

export const getRealtimeDocs = createRoute({
  method: 'get',
  path: '/docs/realtime',
  tags: ['system'],
  summary: 'What is said over WebSockets and server-sent events, for people',
  responses: { 200: { description: 'A page.' } },
});

export const routes = [
  requestDownload,
  listDownloads,
  inspectUrl,
  control.clearDownloads,
  control.requestBatch,
  control.cancelDownload,
  control.pauseDownload,
  control.resumeDownload,
  control.retryDownload,
  snapshots.getQueue,
  snapshots.getStats,
  snapshots.getHistory,
  snapshots.getDashboard,
  snapshots.getConnections,
  snapshots.streamQueue,
  snapshots.streamStats,
  snapshots.streamDashboard,
  getDownload,
  deleteDownload,
  getFile,
  streamDownload,
  events.downloadEvents,
  events.listEvents,
  events.createEvent,
  events.getEvent,
  events.replaceEvent,
  events.patchEvent,
  events.deleteEvent,
  uploads.uploadEvents,
  uploads.upload,
  uploads.presignUpload,
  uploads.getTemplate,
  uploads.listUploads,
  uploads.getUpload,
  uploads.listUploadRows,
  uploads.getFailedCsv,
  uploads.cancelUpload,
  uploads.commitUpload,
  uploads.undoUpload,
  listNotices,
  postNotice,
  getHealth,
  getOpenApi,
  getAsyncApi,
  getDocs,
  getRealtimeDocs,
];
/** Every route also answers under this, and those of events in English too: `/api/v1/events`. */
export const API_PREFIX = '/api/v1';
