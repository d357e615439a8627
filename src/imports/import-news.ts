import { ulid } from 'ulid';
import type { ImportPhase } from '../../contract/import.ts';
import { importChannel, logsChannel } from '../../contract/channel.ts';
import type { Said } from '../../contract/log-code.ts';
import type { LogLine, Notification } from '../../contract/notification.ts';
import type { RowError } from '../../contract/row-error.ts';
import { adminNews } from '../news/admin-news.ts';
import type { News } from '../news/news.ts';
import { failedCsvOf, failureMessage, nothingUndone, progressOf, type ImportRecord } from './import.ts';

type Data<T extends Notification['type']> = Extract<Notification, { type: T; data: unknown }>['data'];

/** One thing that the listeners of an import are told. */
export type Tiding =
  | { type: 'upload_started'; data: Data<'upload_started'> }
  | { type: 'upload_progress'; data: Data<'upload_progress'> }
  | { type: 'upload_row_errors'; data: Data<'upload_row_errors'> }
  | { type: 'upload_completed'; data: Data<'upload_completed'> }
  | { type: 'upload_failed'; data: Data<'upload_failed'> };

export type Line = Pick<LogLine, 'level' | 'message'> & { line?: number } & Said;

/** Rows a second now, and seconds until the end; null: not known yet. */
export type Pace = { rows_per_second: number | null; eta: number | null };

export function started(record: ImportRecord): Tiding[] {
  const { file_name, mode, phase, bytes_total, dialect, time_zone } = record;
  if (phase === null || dialect === null) return [];
  const data = { file_name, mode, phase, bytes_total: bytes_total ?? 0, dialect, time_zone };
  return [{ type: 'upload_started', data }];
}

export function progressed(record: ImportRecord, pace: Pace): Tiding[] {
  const { phase, place, bytes_total, rows, undo } = record;
  if (phase === null) return [];
  const far = { line: place.line, bytes: place.offset, bytes_total: bytes_total ?? 0, progress: progressOf(record) };
  return [{ type: 'upload_progress', data: { phase, ...far, rows, undo, ...pace } }];
}

export const rowsFailed = (record: ImportRecord, errors: RowError[]): Tiding[] =>
  errors.length === 0
    ? []
    : [
        {
          type: 'upload_row_errors',
          data: { rows: new Set(errors.map(({ line }) => line)).size, failed: record.rows.failed, errors },
        },
      ];

/** How it ended. */
export function ended(record: ImportRecord, now: Date): Tiding {
  const { status, mode, rows, undo, walk_started_at, dialect, error_code } = record;
  const failed_csv = failedCsvOf(record);
  if (status === 'completed' || status === 'planned' || status === 'undone') {
    const seconds = (now.getTime() - Date.parse(walk_started_at ?? now.toISOString())) / 1000;
    const unknown_columns = dialect?.unknown_columns ?? [];
    return {
      type: 'upload_completed',
      data: { status, mode, rows, undo, seconds, unknown_columns, failed_csv },
    };
  }
  const message = failureMessage(record, 'pt') ?? '';
  const how = status === 'cancelled' ? 'cancelled' : 'failed';
  return {
    type: 'upload_failed',
    data: { status: how, error_code: error_code ?? how, error_message: message, rows, undo, failed_csv },
  };
}

const isEnding = ({ type }: Tiding) => type === 'upload_completed' || type === 'upload_failed';

/** The tidings as news of the channel of its name, counted on from the record before; none when a later import has the name. */
export function importNews(before: ImportRecord, tidings: Tiding[], now: Date): News[] {
  if (before.superseded) return [];
  const { id, upload_id } = before;
  return tidings.map((tiding, index) => {
    const seq = before.seq + 1 + index;
    const kind = isEnding(tiding) ? 'ending' : tiding.type === 'upload_progress' ? 'progress' : 'change';
    const notification = { ...tiding, import_id: id, upload_id, seq, timestamp: now.toISOString() };
    return { channel: importChannel(upload_id), seq, kind, notification };
  });
}

/** For who listens to all imports. Its end is never overtaken: it says 100. */
export function farNews(record: ImportRecord, isOver: boolean, now: Date): News {
  const { id, upload_id, status, place, bytes_total } = record;
  return {
    channel: 'imports',
    of: id,
    seq: ulid(now.getTime()),
    kind: isOver ? 'ending' : 'progress',
    notification: {
      type: 'import_progress',
      progresso: isOver ? 100 : progressOf(record),
      status,
      import_id: id,
      upload_id,
      linha: place.line,
      bytes: place.offset,
      total_bytes: bytes_total,
      timestamp: now.toISOString(),
    },
  };
}

export function logNews({ id, log_seq }: ImportRecord, lines: Line[], now: Date): News[] {
  const at = now.toISOString();
  return lines.map((line, index) => {
    const seq = log_seq + 1 + index;
    return {
      channel: logsChannel(id),
      seq,
      kind: 'change',
      notification: { type: 'log', id, seq, ...line, at, timestamp: at },
    };
  });
}

/** How many events changed since this was last said; null: none. */
export function eventsChangedNews({ id, upload_id, unannounced }: ImportRecord, now: Date): News | null {
  const { created, updated, deleted } = unannounced;
  if (created + updated + deleted === 0) return null;
  const seq = ulid(now.getTime());
  const data = { import_id: id, upload_id, created, updated, deleted };
  const notification = { type: 'events_changed', seq, data, timestamp: now.toISOString() } as const;
  return { channel: 'events', seq, kind: 'change', notification };
}

const OF_PHASE: Record<ImportPhase, string> = {
  importing: 'Importação',
  planning: 'Simulação',
  committing: 'Importação da simulação',
  undoing: 'Desfazer',
};

/** What administrators are told of its end: that it failed, or changed events; null: neither. */
export function endNews(record: ImportRecord, phase: ImportPhase, now: Date): News | null {
  const { id, upload_id, file_name, status, rows, undo } = record;
  const changed = phase === 'undoing' ? undo !== null : rows.created + rows.updated > 0 && phase !== 'planning';
  if (status !== 'failed' && !changed) return null;
  const said = {
    level: status === 'failed' ? ('warning' as const) : ('info' as const),
    code: status === 'failed' ? 'import_failed' : phase === 'undoing' ? 'import_undone' : 'events_imported',
    message: `${OF_PHASE[phase]} de ${file_name}: ${summaryOf(record, phase)}`,
    data: { import_id: id, upload_id, file_name, status, rows, undo },
  };
  return adminNews(said, now);
}

/** The line of its log that says how it ended: `phase` is what was being done. */
export function endLine(record: ImportRecord, phase: ImportPhase): Line {
  const { status, rows, undo, error_code, error_columns } = record;
  const undone = phase === 'undoing' ? (undo ?? nothingUndone) : null;
  return {
    level: status === 'failed' ? 'error' : status === 'cancelled' ? 'warning' : 'info',
    message: summaryOf(record, phase),
    code: 'import_ended',
    values: { status, rows, undo: undone, error_code, missing_columns: error_columns },
  };
}

/** Its totals as a sentence. */
function summaryOf(record: ImportRecord, phase: ImportPhase): string {
  const { rows, undo, status } = record;
  const why = status === 'failed' || status === 'cancelled' ? ` ${failureMessage(record, 'pt') ?? ''}` : '';
  if (phase === 'undoing') {
    const { removed, restored, spared } = undo ?? nothingUndone;
    return `${removed} removidos, ${restored} restaurados, ${spared} mantidos porque mudaram depois.${why}`;
  }
  const { read, created, updated, unchanged, failed } = rows;
  return `${read} linhas lidas: ${created} criadas, ${updated} alteradas, ${unchanged} iguais, ${failed} com erro.${why}`;
}
