import * as z from 'zod';
import { dialect } from './dialect.ts';
import { rowError } from './row-error.ts';

/**
 * `waiting` for its file; `planned`: a dry run is over and may be committed; `undoing` and `undone` follow one that applied rows.
 */
export const IMPORT_STATUSES = [
  'waiting',
  'running',
  'planned',
  'completed',
  'failed',
  'cancelled',
  'undoing',
  'undone',
] as const;
export const importStatus = z.enum(IMPORT_STATUSES);
export type ImportStatus = z.infer<typeof importStatus>;

/** `dry_run` changes nothing: it says what an import would do, and that can then be committed. */
export const IMPORT_MODES = ['import', 'dry_run'] as const;
export const importMode = z.enum(IMPORT_MODES);
export type ImportMode = z.infer<typeof importMode>;

/** A walk over the rows of the file: to apply them, to plan that, to apply just what was planned, to undo what was applied. */
export const importPhase = z.enum(['importing', 'planning', 'committing', 'undoing']);
export type ImportPhase = z.infer<typeof importPhase>;

/** An import as a path names it: its id, or the name whose latest one is meant. */
export const uploadRef = z
  .string()
  .regex(/^([0-9A-HJKMNP-TV-Z]{26}|[a-z0-9-]{1,64})$/)
  .meta({ example: 'agenda', description: 'An `import_id`, or an `upload_id`: the latest import of that name.' });
export const importId = z.ulid().meta({ example: '01JDC8Z1Q5W3N7XK2V9T4B6M8R' });
export const uploadId = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/)
  .meta({ example: 'agenda', description: 'The public name of the upload.' });

const count = z.int().min(0);
const timestamp = z.iso.datetime().meta({ example: '2026-11-28T10:30:00.000Z' });

/** Every row that was read is in one of the others: `read = created + updated + unchanged + failed`. */
export const rowCounts = z
  .object({ read: count, created: count, updated: count, unchanged: count, failed: count })
  .meta({ id: 'RowCounts' });
export type RowCounts = z.infer<typeof rowCounts>;

/** What an undo did: `spared` are those that somebody changed since. */
export const undoCounts = z.object({ removed: count, restored: count, spared: count }).meta({ id: 'UndoCounts' });
export type UndoCounts = z.infer<typeof undoCounts>;

const percent = z.number().min(0).max(100).meta({ description: 'Of the bytes of the file.', example: 42.5 });

/** An import as everybody may know it. */
export const importView = z
  .object({
    import_id: importId,
    upload_id: uploadId,
    file_name: z.string().meta({ example: 'agenda.csv' }),
    mode: importMode,
    status: importStatus,
    phase: importPhase.nullable().meta({ description: 'What is being done now; null when nothing is.' }),
    progress: percent,
    bytes: count.meta({ description: 'How much of the file was read.' }),
    bytes_total: count.nullable().meta({ description: 'null until the file is there.' }),
    line: count.meta({ description: 'The physical line reading has come to.' }),
    rows: rowCounts.meta({ description: 'Of a dry run: what would be.' }),
    undo: undoCounts.nullable(),
    dialect: dialect.nullable().meta({ description: 'How the file is written, as it was detected.' }),
    time_zone: z.string().meta({ description: 'The zone of dates that name none.', example: 'America/Sao_Paulo' }),
    error_code: z.string().nullable(),
    error_message: z.string().nullable(),
    ws: z
      .string()
      .meta({ description: 'Path of the WebSocket that tells its progress.', example: '/ws/upload/agenda' }),
    logs: z.string().meta({ description: 'Path of the WebSocket that tells its log.' }),
    failed_csv: z
      .string()
      .nullable()
      .meta({ description: 'Path of the failed rows as a file; null when none failed.' }),
    created_at: timestamp,
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
    undone_at: timestamp.nullable(),
    file_expires_at: timestamp.meta({
      description: 'Until then the file is kept: it is needed for `failed.csv`, to commit and to undo.',
    }),
  })
  .meta({ id: 'Import' });
export type ImportView = z.infer<typeof importView>;

export const SPARED_REASONS = ['edited', 'gone'] as const;

/** One row that is worth telling of: it failed; a dry run would create or update; an undo spared what it had made. */
export const importRow = z
  .object({
    line: z.int().min(1),
    outcome: z.enum(['failed', 'created', 'updated', 'spared']),
    title: z.string().nullable(),
    event_id: z.string().nullable(),
    errors: z.array(rowError).meta({ description: 'Of a failed row: all that is wrong with it.' }),
    changes: z
      .array(z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }))
      .meta({
        description: 'Of a row that would be updated: its fields that change, as text of at most 200 characters.',
      }),
    reason: z.enum(SPARED_REASONS).nullable().meta({
      description: 'Of a spared row: somebody edited it, or it is no longer there under that title, date and city.',
    }),
  })
  .meta({ id: 'ImportRow' });
export type ImportRow = z.infer<typeof importRow>;

export const importList = z
  .object({ uploads: z.array(importView), next_cursor: z.string().nullable() })
  .meta({ id: 'ImportList' });

export const importRows = z
  .object({ rows: z.array(importRow), total: z.int(), next_cursor: z.int().nullable() })
  .meta({ id: 'ImportRows' });

export const presignedUpload = importView
  .extend({
    url: z.string().meta({ description: 'Where the form is posted to.' }),
    fields: z
      .record(z.string(), z.string())
      .meta({ description: 'Fields of the form, before `file`, which comes last.' }),
    expires_at: z.iso.datetime().meta({ description: 'Until then the form is taken.' }),
  })
  .meta({ id: 'PresignedUpload' });

/** The rows of one message, and the bytes of its errors: a frame of a WebSocket holds 32 KB. */
export const MOST_ROWS_TOLD = 250;

/** Where the files are in the uploads bucket, which forgets them after so many days. */
export const FILES_PREFIX = 'uploads/';
export const FILE_KEPT_DAYS = 30;

/** Bytes: of a file in a form, which Lambda takes whole (6 MB with base64); and of one that goes to S3 directly. */
export const MAX_FORM_BYTES = 4 * 1024 * 1024;
export const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;
