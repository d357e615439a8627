import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { download, quality } from './download.ts';
import { batchAnswer, cleared } from './download-answers.ts';
import { byId, idempotent, invalid, json, missing, problemOf, requestedUrl } from './route-parts.ts';

const control = <P extends string>(path: P, summary: string) =>
  createRoute({
    method: 'post',
    path,
    tags: ['downloads'],
    summary,
    request: { ...byId, ...idempotent },
    responses: {
      200: json(download, 'As it is now; asking again for what is so already changes nothing.'),
      404: missing,
      409: problemOf('Its status does not allow this.'),
      422: problemOf('The Idempotency-Key was used with another body.'),
    },
  });
export const cancelDownload = control('/downloads/{id}/cancel', 'Cancel; what was stored is deleted');
export const pauseDownload = control('/downloads/{id}/pause', 'Pause; what was stored is kept');
export const resumeDownload = control('/downloads/{id}/resume', 'Go on with a paused download');
export const retryDownload = control('/downloads/{id}/retry', 'Try a failed or cancelled download again');

export const MAX_BATCH = 100;
export const requestBatch = createRoute({
  method: 'post',
  path: '/downloads/batch',
  tags: ['downloads'],
  summary: 'Ask for many downloads at once',
  request: {
    ...idempotent,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({ urls: z.array(requestedUrl).min(1).max(MAX_BATCH), quality: quality.default('best') })
            .meta({ id: 'BatchRequest' }),
        },
      },
    },
  },
  responses: {
    200: json(batchAnswer, 'An answer for each URL, in their order: one that is refused does not hold up the others.'),
    400: invalid,
    413: problemOf('The body is larger than 1 MiB.'),
    415: problemOf('The body is not JSON.'),
    422: problemOf('The Idempotency-Key was used with another body.'),
  },
});

const finished = z.enum(['completed', 'failed', 'cancelled']);
export const clearDownloads = createRoute({
  method: 'delete',
  path: '/downloads',
  tags: ['downloads'],
  summary: 'Delete the finished downloads of one status, with their files',
  request: { query: z.object({ status: finished }) },
  responses: {
    200: json(cleared, 'At most 100 at a time; `more` says whether to ask again.'),
    400: invalid,
  },
});
