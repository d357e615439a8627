import * as z from 'zod';
import { download } from './download.ts';
import { dialect } from './dialect.ts';
import { calendarEvent } from './event.ts';
import { importMode, importPhase, importStatus, rowCounts, undoCounts } from './import.ts';
import { logCode, logValues } from './log-code.ts';
import { generalMessage, NOTICE_LEVELS, replayed } from './notice.ts';
import { rowError } from './row-error.ts';
import { dashboard, downloadStats, queueStats } from './snapshot.ts';

const timestamp = z.iso.datetime();
/** Where a notification stands in its channel's history: a number counted up by its one record, or a ULID where many write. */
export const seq = z.union([z.int(), z.ulid()]);
export type Seq = z.infer<typeof seq>;

export const connectionEstablished = z.object({
  type: z.literal('connection_established'),
  channel: z.string(),
  download_id: z.string().optional(),
  message: z.string(),
  timestamp,
});

export const downloadUpdate = z.object({
  type: z.literal('download_update'),
  download_id: z.string(),
  seq: z.int(),
  data: download.pick({
    progress: true,
    status: true,
    title: true,
    thumbnail: true,
    url: true,
    bytes_downloaded: true,
    bytes_total: true,
    speed: true,
    eta: true,
    phase: true,
    error_code: true,
    error_message: true,
    file_path: true,
    file_size: true,
    format: true,
  }),
  replayed,
  timestamp,
});
export type DownloadUpdate = z.infer<typeof downloadUpdate>;

export const queueUpdate = z.object({ type: z.literal('queue_update'), data: queueStats, timestamp });
export const statsUpdate = z.object({ type: z.literal('stats_update'), data: downloadStats, timestamp });
export const dashboardUpdate = z.object({ type: z.literal('dashboard_update'), data: dashboard, timestamp });

/** What administrators are told: `code` is for programs, `message` for people. */
export const adminNotification = z.object({
  type: z.literal('admin_notification'),
  seq: z.ulid(),
  level: z.enum(NOTICE_LEVELS),
  code: z.string().meta({ example: 'notice' }),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
  replayed,
  timestamp,
});

/** One calendar event as it is now; of a deleted one, as it was. */
export const eventChange = z.object({
  type: z.enum(['event_created', 'event_updated', 'event_deleted']),
  seq: z.ulid(),
  event: calendarEvent,
  replayed,
  timestamp,
});

/** How many calendar events there are. */
export const eventCount = z.object({
  type: z.literal('event_count'),
  data: z.object({ total: z.int().min(0) }),
  timestamp,
});

/** Distinct people: by the name a client gave itself (`?client=`), else by their address. */
export const presence = z.object({
  type: z.literal('presence'),
  data: z.object({ users_online: z.int().min(0), connections: z.int().min(0) }),
  timestamp,
});

/** One line of what was done for a download or an import. Lines of before there were codes have only a `message`. */
export const logLine = z.object({
  type: z.literal('log'),
  id: z.string(),
  seq: z.int(),
  level: z.enum(['info', 'warning', 'error']),
  message: z.string(),
  code: logCode.optional(),
  values: logValues.optional(),
  line: z.int().optional().meta({ description: 'Of the imported file.' }),
  at: timestamp,
  replayed,
  timestamp,
});
export type LogLine = z.infer<typeof logLine>;

/** Which import, on the channel of its name, where `seq` counts on from one import to the next. */
const ofImport = { import_id: z.ulid(), upload_id: z.string(), seq: z.int() };
const percent = z.number().min(0).max(100);

/** The file is there and its rows are being read. `phase` says what for. */
export const uploadStarted = z.object({
  type: z.literal('upload_started'),
  ...ofImport,
  data: z.object({
    file_name: z.string(),
    mode: importMode,
    phase: importPhase,
    bytes_total: z.int(),
    dialect,
    time_zone: z.string().meta({ description: 'The zone of dates that name none.' }),
  }),
  replayed,
  timestamp,
});

/** How far it is, at least four times a second. While an import is undone, `rows` are as they were and `undo` counts. */
export const uploadProgress = z.object({
  type: z.literal('upload_progress'),
  ...ofImport,
  data: z.object({
    phase: importPhase,
    line: z.int(),
    bytes: z.int(),
    bytes_total: z.int(),
    progress: percent,
    rows: rowCounts,
    undo: undoCounts.nullable(),
    rows_per_second: z.number().nullable(),
    eta: z.number().nullable().meta({ description: 'Seconds until the end.' }),
  }),
  replayed,
  timestamp,
});

/** Rows that failed: each line in one message, at most 250 lines and 32 KB. */
export const uploadRowErrors = z.object({
  type: z.literal('upload_row_errors'),
  ...ofImport,
  data: z.object({
    rows: z.int().meta({ description: 'How many rows these errors are of.' }),
    failed: z.int().meta({ description: 'How many have failed so far, these among them.' }),
    errors: z.array(rowError),
  }),
  replayed,
  timestamp,
});

/** The end: of an import, of a dry run (`planned`), or of an undo (`undone`). */
export const uploadCompleted = z.object({
  type: z.literal('upload_completed'),
  ...ofImport,
  data: z.object({
    status: z.enum(['completed', 'planned', 'undone']),
    mode: importMode,
    rows: rowCounts,
    undo: undoCounts.nullable(),
    seconds: z.number(),
    unknown_columns: z.array(z.string()),
    failed_csv: z.string().nullable(),
  }),
  replayed,
  timestamp,
});

/** The end: it could not go on, or somebody cancelled it. `rows` are those that were done until then. */
export const uploadFailed = z.object({
  type: z.literal('upload_failed'),
  ...ofImport,
  data: z.object({
    status: z.enum(['failed', 'cancelled']),
    error_code: z.string(),
    error_message: z.string(),
    rows: rowCounts,
    undo: undoCounts.nullable(),
    failed_csv: z.string().nullable(),
  }),
  replayed,
  timestamp,
});

/** How far any import is; its last has `progresso` 100 and says by `status` how it ended. */
export const importProgress = z.object({
  type: z.literal('import_progress'),
  progresso: percent,
  status: importStatus,
  import_id: z.ulid(),
  upload_id: z.string(),
  linha: z.int(),
  bytes: z.int(),
  total_bytes: z.int().nullable(),
  timestamp,
});

/** Many events changed at once: at most one a second of an import. Who shows events asks for them again. */
export const eventsChanged = z.object({
  type: z.literal('events_changed'),
  seq: z.ulid(),
  data: z.object({
    import_id: z.ulid(),
    upload_id: z.string(),
    created: z.int(),
    updated: z.int(),
    deleted: z.int(),
  }),
  replayed,
  timestamp,
});

const subscribed = z.object({ type: z.enum(['subscribed', 'unsubscribed']), channel: z.string(), timestamp });

/** What was missed is no longer kept: what follows is the state as it is now. */
const resync = z.object({ type: z.literal('resync'), channel: z.string(), timestamp });

export const pong = z.object({ type: z.literal('pong'), timestamp: z.unknown() });

export const CLIENT_ERRORS = [
  'unknown_message',
  'message_too_large',
  'rate_limited',
  'unknown_channel',
  'not_subscribed',
  'too_many_subscriptions',
  'no_history',
  'unauthorized',
] as const;
export type ClientError = (typeof CLIENT_ERRORS)[number];
export const errorMessage = z.object({
  type: z.literal('error'),
  code: z.enum(CLIENT_ERRORS),
  message: z.string(),
  timestamp,
});

/** Everything the server may say over a WebSocket. */
export const notification = z.discriminatedUnion('type', [
  connectionEstablished,
  downloadUpdate,
  queueUpdate,
  statsUpdate,
  dashboardUpdate,
  generalMessage,
  adminNotification,
  eventChange,
  eventCount,
  presence,
  logLine,
  uploadStarted,
  uploadProgress,
  uploadRowErrors,
  uploadCompleted,
  uploadFailed,
  importProgress,
  eventsChanged,
  subscribed,
  resync,
  pong,
  errorMessage,
]);
export type Notification = z.infer<typeof notification>;
