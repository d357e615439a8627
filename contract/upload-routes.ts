import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import {
  importList,
  importMode,
  importRows,
  importView,
  MAX_UPLOAD_BYTES,
  presignedUpload,
  uploadId,
  uploadRef,
} from './import.ts';
import { idempotent, invalid, json, problemOf } from './route-parts.ts';

const missing = problemOf('There is no such import.');
const running = problemOf('`upload_running`: an import of this name is not over yet.');
const wrongStatus = problemOf('`import_wrong_status`: its status does not allow this.');
const expired = problemOf('`file_expired`: its file is no longer kept.');
const reused = problemOf('The Idempotency-Key was used with another body.');
const byRef = { params: z.object({ id: uploadRef }) };
const name = z.string().trim().min(1).max(255);
const mode = importMode.default('import');

/** The fields of the form beside `file`. */
export const uploadFields = z.strictObject({ upload_id: name.optional(), mode });

const uploadIn = <P extends string>(path: P) =>
  createRoute({
    method: 'post',
    path,
    tags: ['imports'],
    summary: 'Import a CSV of events, of at most 4 MB',
    request: {
      ...idempotent,
      body: {
        required: true,
        content: {
          'multipart/form-data': {
            schema: z
              .object({
                file: z.string().meta({ format: 'binary', description: 'The CSV.' }),
                upload_id: name.optional().meta({
                  description: 'Its public name; without it the name of the file is used, without extension.',
                }),
                mode,
              })
              .meta({ id: 'UploadForm' }),
          },
        },
      },
    },
    responses: {
      202: json(importView, 'Accepted; `Location` names it, `ws` tells its progress.'),
      400: invalid,
      409: running,
      413: problemOf('`file_too_large`: send it by `POST /uploads/presign`.'),
      415: problemOf('`multipart_required`: the body is no form.'),
      422: reused,
    },
  });

export const uploadEvents = uploadIn('/eventos/upload');
export const upload = uploadIn('/uploads');

export const presignUpload = createRoute({
  method: 'post',
  path: '/uploads/presign',
  tags: ['imports'],
  summary: 'A form to send a file of up to 5 GB directly to S3; its import starts when it has arrived',
  request: {
    ...idempotent,
    body: {
      required: true,
      content: {
        'application/json': {
          schema: z
            .strictObject({
              file_name: name,
              upload_id: name.optional(),
              mode,
              size: z
                .int()
                .min(0)
                .max(MAX_UPLOAD_BYTES)
                .optional()
                .meta({ description: 'When given, S3 takes a file of exactly so many bytes.' }),
            })
            .meta({ id: 'PresignRequest' }),
        },
      },
    },
  },
  responses: {
    201: json(presignedUpload, 'The form.'),
    400: invalid,
    409: running,
    415: problemOf('The body is not JSON.'),
    422: reused,
  },
});

export const listUploads = createRoute({
  method: 'get',
  path: '/uploads',
  tags: ['imports'],
  summary: 'All imports, newest first',
  request: {
    query: z.object({
      upload_id: uploadId.optional().meta({ description: 'Only those of this name, among the newest 1,000.' }),
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.string().max(100).optional().meta({ description: '`next_cursor` of the page before.' }),
    }),
  },
  responses: {
    200: json(importList, 'One page.'),
    400: invalid,
  },
});

export const getUpload = createRoute({
  method: 'get',
  path: '/uploads/{id}',
  tags: ['imports'],
  summary: 'One import, with its totals',
  request: byRef,
  responses: { 200: json(importView, 'The import.'), 404: missing },
});

export const ROWS_OUTCOMES = ['failed', 'planned', 'spared'] as const;
export const listUploadRows = createRoute({
  method: 'get',
  path: '/uploads/{id}/rows',
  tags: ['imports'],
  summary: 'Rows of an import: those that failed, those that a dry run would change, those that an undo spared',
  request: {
    ...byRef,
    query: z.object({
      status: z.enum(ROWS_OUTCOMES).default('failed'),
      cursor: z.coerce.number().int().min(1).optional().meta({ description: '`next_cursor` of the page before.' }),
    }),
  },
  responses: {
    200: json(importRows, 'One page of at most 500 rows, in the order of their lines.'),
    400: invalid,
    404: missing,
  },
});

/** Answered by the export function behind the same origin, not by the HTTP API: it may be of any size. */
export const getFailedCsv = createRoute({
  method: 'get',
  path: '/uploads/{id}/failed.csv',
  tags: ['imports'],
  summary: 'The failed rows as they were written, with `_line` and `_error`: correct them and send that file',
  request: byRef,
  responses: {
    200: { description: 'A file in the dialect and encoding of the one imported.' },
    404: missing,
    409: wrongStatus,
    410: expired,
  },
});

export const getTemplate = createRoute({
  method: 'get',
  path: '/uploads/template.csv',
  tags: ['imports'],
  summary: 'A CSV to begin with: the columns, and an event as an example',
  responses: { 200: { description: 'UTF-8 with a byte order mark, so that Excel opens it right.' } },
});

const control = <P extends string>(path: P, summary: string) =>
  createRoute({
    method: 'post',
    path,
    tags: ['imports'],
    summary,
    request: { ...byRef, ...idempotent },
    responses: {
      202: json(importView, 'As it is now; asking again for what is so already changes nothing.'),
      404: missing,
      409: wrongStatus,
      410: expired,
    },
  });
export const cancelUpload = control('/uploads/{id}/cancel', 'Stop at the next row; what was applied stays');
export const commitUpload = control('/uploads/{id}/commit', 'Apply exactly what a dry run planned');
export const undoUpload = control('/uploads/{id}/undo', 'Remove what it created, restore what it changed');
