import { ulid } from 'ulid';
import * as z from 'zod';
import { dialect } from '../../contract/dialect.ts';
import { importFailureMessage, isImportFailureCode, type ImportFailureCode } from '../../contract/import-failure.ts';
import {
  FILE_KEPT_DAYS,
  FILES_PREFIX,
  importMode,
  importPhase,
  importStatus,
  type ImportMode,
  type ImportStatus,
  type ImportView,
  rowCounts,
  undoCounts,
} from '../../contract/import.ts';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);
const eventCounts = z.object({ created: z.int(), updated: z.int(), deleted: z.int() });

/** Rows worth telling of are kept in chunks, each written in the transaction that counts them. */
export const CHUNK_KINDS = ['failed', 'planned', 'spared'] as const;
export type ChunkKind = (typeof CHUNK_KINDS)[number];

/** An import as it is stored. Its totals, its place in the file and its news are always of the same moment. */
export const importRecord = z.object({
  id: z.string(),
  owner: z.string(),
  upload_id: z.string(),
  file_name: z.string(),
  mode: importMode,
  status: importStatus,
  phase: nullable(importPhase),
  /** Counted up by every change, but for renewals of the lease. */
  version: z.int(),
  /** Of the last news on the channel of its name, where it goes on from the import before; and of its own first. */
  seq: z.int(),
  first_seq: z.int(),
  log_seq: z.int(),
  /** It is no longer the latest of its name: what happens to it is not told on that channel. */
  superseded: z.boolean().default(false),
  bytes_total: nullable(z.int()),
  /** Of the file as it was when reading began: another under the same key is not read on. */
  etag: nullable(z.string()),
  dialect: nullable(dialect),
  time_zone: z.string(),
  /** A border of rows: everything before it is in the totals, nothing behind it is. */
  place: z.object({ offset: z.int(), line: z.int() }),
  rows: rowCounts,
  undo: nullable(undoCounts),
  /** How far the rows were applied: an undo walks there. */
  applied_to: z.int().default(0),
  chunks: z.object({ failed: z.int(), planned: z.int(), spared: z.int() }),
  /** Changes of events that listeners have not been told of yet. */
  unannounced: eventCounts,
  announced_at: nullable(z.string()),
  cancel_requested: z.boolean().default(false),
  error_code: nullable(z.custom<ImportFailureCode>(isImportFailureCode)),
  /** What the failure's sentence names. */
  error_columns: z.array(z.string()).default([]),
  /** The token of the worker that holds it, until `lease_expires_at`. */
  attempt: nullable(z.string()),
  lease_expires_at: nullable(z.string()),
  /** Workers in a row that came no further. */
  idle_attempts: z.int().default(0),
  created_at: z.string(),
  started_at: nullable(z.string()),
  /** Of the walk that is under way, or was the last: an undo is one too. */
  walk_started_at: nullable(z.string()),
  completed_at: nullable(z.string()),
  undone_at: nullable(z.string()),
  file_expires_at: z.string(),
  /** Until then its file must have come. */
  file_due_at: z.string(),
  /** When the janitor has a worker look at it; null: nothing is to be done. */
  due_at: nullable(z.string()),
});
export type ImportRecord = z.infer<typeof importRecord>;

const DAY_MS = 24 * 60 * 60 * 1000;
/** After this a worker looks: the message that was to bring it may have been lost. */
export const LOOKED_AT_WITHIN_MS = 60_000;

export const noRows = { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
export const nothingUndone = { removed: 0, restored: 0, spared: 0 };
export const nothingUnannounced = { created: 0, updated: 0, deleted: 0 };
/** Where a walk stands that has not begun: the rows come behind the header. */
export const fileStart = { offset: 0, line: 1 };

export type NewImport = { owner: string; uploadId: string; fileName: string; mode: ImportMode };

/** A new import that waits for its file until `fileDueAt`; on its channel it goes on from where `latest` ended. */
export function newImport(
  { owner, uploadId, fileName, mode }: NewImport,
  latest: Pick<ImportRecord, 'seq'> | null,
  { timeZone, fileDueAt, now }: { timeZone: string; fileDueAt: Date; now: Date },
): ImportRecord {
  const seq = latest?.seq ?? 0;
  return {
    id: ulid(now.getTime()),
    owner,
    upload_id: uploadId,
    file_name: fileName,
    mode,
    status: 'waiting',
    phase: null,
    version: 1,
    seq,
    first_seq: seq + 1,
    log_seq: 0,
    superseded: false,
    bytes_total: null,
    etag: null,
    dialect: null,
    time_zone: timeZone,
    place: fileStart,
    rows: noRows,
    undo: null,
    applied_to: 0,
    chunks: { failed: 0, planned: 0, spared: 0 },
    unannounced: nothingUnannounced,
    announced_at: null,
    cancel_requested: false,
    error_code: null,
    error_columns: [],
    attempt: null,
    lease_expires_at: null,
    idle_attempts: 0,
    created_at: now.toISOString(),
    started_at: null,
    walk_started_at: null,
    completed_at: null,
    undone_at: null,
    file_expires_at: new Date(now.getTime() + FILE_KEPT_DAYS * DAY_MS).toISOString(),
    file_due_at: fileDueAt.toISOString(),
    due_at: fileDueAt.toISOString(),
  };
}

const OVER: readonly ImportStatus[] = ['planned', 'completed', 'failed', 'cancelled', 'undone'];
/** Nothing is being done with it, nor about to be. */
export const isOver = ({ status }: Pick<ImportRecord, 'status'>): boolean => OVER.includes(status);

/** Where its file is in the uploads bucket. */
export const fileKey = (id: string): string => `${FILES_PREFIX}${id}`;

/** Percent of the bytes; 100 only when it is over and went well. */
export function progressOf({ status, place, bytes_total, applied_to, phase }: ImportRecord): number {
  if (status === 'completed' || status === 'planned' || status === 'undone') return 100;
  const whole = phase === 'undoing' ? applied_to : (bytes_total ?? 0);
  return whole === 0 ? 0 : Math.min(99.9, Math.round((place.offset / whole) * 1000) / 10);
}

export type Language = 'pt' | 'en';
export function failureMessage(
  { error_code, error_columns }: Pick<ImportRecord, 'error_code' | 'error_columns'>,
  language: Language,
): string | null {
  return error_code && importFailureMessage(error_code, error_columns, language);
}

/** What everybody may know of it. */
export function importView(record: ImportRecord, language: Language = 'pt'): ImportView {
  const { id, upload_id, file_name, mode, status, phase, place, bytes_total, rows, undo, dialect, time_zone } = record;
  return {
    import_id: id,
    upload_id,
    file_name,
    mode,
    status,
    phase,
    progress: progressOf(record),
    bytes: place.offset,
    bytes_total,
    line: place.line,
    rows,
    undo,
    dialect,
    time_zone,
    error_code: record.error_code,
    error_message: failureMessage(record, language),
    ws: `/ws/upload/${upload_id}`,
    logs: `/ws/logs/${id}`,
    failed_csv: failedCsvOf(record),
    created_at: record.created_at,
    started_at: record.started_at,
    completed_at: record.completed_at,
    undone_at: record.undone_at,
    file_expires_at: record.file_expires_at,
  };
}

export const failedCsvOf = ({ id, rows }: Pick<ImportRecord, 'id' | 'rows'>): string | null =>
  rows.failed === 0 ? null : `/uploads/${id}/failed.csv`;
