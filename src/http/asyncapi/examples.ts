import type { Dialect } from '../../../contract/dialect.ts';
import type { CalendarEvent } from '../../../contract/event.ts';
import type { ClientMessage } from '../../../contract/client-message.ts';
import type { DownloadStreamEvent, SnapshotStreamEvent } from '../../../contract/stream-event.ts';
import type { Notification } from '../../../contract/notification.ts';
import type { Dashboard, DownloadStats, QueueStats } from '../../../contract/snapshot.ts';

/** The one of a union that has this type, also where one member has several. */
type OfType<Union, Type> = Union extends { type: infer Types }
  ? Type extends Types
    ? Omit<Union, 'type'> & { type: Type }
    : never
  : never;
/** What to say of each message; a new type does not compile before it has its own. */
type Described<Union extends { type: string }> = {
  [Type in Union['type']]: { summary: string; example: OfType<Union, Type> };
};

const timestamp = '2024-01-15T10:30:00Z';
const download_id = 'uuid-123';
const ulid = '01HM6C2QK0V9T4B6M8RJDC8Z1Q';

const rick = {
  title: 'Rick Astley - Never Gonna Give You Up',
  thumbnail: 'https://img.youtube.com/vi/dQw4w9WgXcQ/mqdefault.jpg',
  url: 'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
} as const;

const update = {
  ...rick,
  progress: 75.5,
  status: 'downloading',
  bytes_downloaded: 37_750_000,
  bytes_total: 50_000_000,
  speed: 2_500_000,
  eta: 4.9,
  phase: 'downloading',
  error_code: null,
  error_message: null,
  file_path: null,
  file_size: null,
  format: 'mp4',
} as const;

const queue: QueueStats = {
  pending: 5,
  downloading: 1,
  completed: 10,
  failed: 2,
  paused: 0,
  cancelled: 0,
  total: 18,
  queue_position: 3,
};

const stats: DownloadStats = {
  total_downloads: 150,
  completed_downloads: 120,
  failed_downloads: 10,
  pending_downloads: 20,
  downloads_today: 15,
  downloads_this_week: 45,
  downloads_this_month: 180,
  total_storage_used: 1_024_000_000,
  average_download_time: 45.5,
};

const dashboard: Dashboard = {
  downloads_in_progress: [
    {
      ...rick,
      id: 'download-1',
      progress: 45.5,
      status: 'downloading',
      duration: 213,
      quality: 'best',
      file_size: null,
      format: null,
      started_at: timestamp,
      phase: 'downloading',
      speed: 2_500_000,
      eta: 11,
    },
  ],
  downloads_in_progress_total: 3,
  queue_stats: { ...queue, pending: 8, downloading: 3, completed: 25, total: 38, queue_position: null },
  system_stats: { ...stats, active_connections: 12, users_online: 9, system_uptime: 86_400 },
  timestamp,
};

const event: CalendarEvent = {
  id: ulid,
  title: 'Evento 1',
  description: 'Descrição do evento',
  event_date: '2025-07-01T13:00:00.000Z',
  city: 'Recife',
  participants: ['Alice', 'Bob'],
  local_info: {
    location_name: 'Auditório Central',
    capacity: 300,
    venue_type: 'Auditório',
    is_accessible: true,
    address: 'Rua Exemplo, 123',
    past_events: [],
    manually_edited: false,
  },
  version: 1,
  created_at: timestamp,
  updated_at: timestamp,
};

const ofImport = { import_id: ulid, upload_id: 'agenda' };

const dialect: Dialect = {
  encoding: 'utf-8',
  bom: false,
  delimiter: ',',
  newline: '\n',
  quote_escape: 'backslash',
  date_style: 'iso',
  columns: { title: 0, description: 1, event_date: 2, city: 3, participants: 4, local_info: 5 },
  unknown_columns: [],
  width: 6,
  header_from: 0,
  rows_from: 62,
  rows_line: 2,
};

export const notifications: Described<Notification> = {
  connection_established: {
    summary: 'The first message of a connection',
    example: {
      type: 'connection_established',
      channel: 'download:uuid-123',
      download_id,
      message: 'Conectado',
      timestamp,
    },
  },
  download_update: {
    summary: 'A download as it is now',
    example: { type: 'download_update', download_id, seq: 42, data: update, timestamp },
  },
  queue_update: { summary: 'Downloads by status', example: { type: 'queue_update', data: queue, timestamp } },
  stats_update: {
    summary: 'Downloads over time, and what they take',
    example: { type: 'stats_update', data: stats, timestamp },
  },
  dashboard_update: {
    summary: 'What runs, the queue and the system, each 3 s',
    example: { type: 'dashboard_update', data: dashboard, timestamp },
  },
  general_message: {
    summary: 'What somebody announced by `POST /notifications`',
    example: {
      type: 'general_message',
      seq: ulid,
      level: 'maintenance',
      message: 'Manutenção às 22h',
      timestamp,
    },
  },
  admin_notification: {
    summary: 'What administrators should know',
    example: {
      type: 'admin_notification',
      seq: ulid,
      level: 'info',
      code: 'notice',
      message: 'Nova versão no ar',
      timestamp,
    },
  },
  event_created: {
    summary: 'A calendar event that is new',
    example: { type: 'event_created', seq: ulid, event, timestamp },
  },
  event_updated: {
    summary: 'A calendar event as it is now',
    example: { type: 'event_updated', seq: ulid, event: { ...event, version: 2 }, timestamp },
  },
  event_deleted: {
    summary: 'A calendar event that is no more, as it was',
    example: { type: 'event_deleted', seq: ulid, event, timestamp },
  },
  event_count: {
    summary: 'How many calendar events there are',
    example: { type: 'event_count', data: { total: 42 }, timestamp },
  },
  presence: {
    summary: 'How many people are here',
    example: { type: 'presence', data: { users_online: 9, connections: 12 }, timestamp },
  },
  log: {
    summary: 'A line of what was done',
    example: {
      type: 'log',
      id: download_id,
      seq: 7,
      level: 'info',
      message: 'Pausado em 42.5%',
      code: 'download_paused',
      values: { percent: 42.5 },
      at: timestamp,
      timestamp,
    },
  },
  upload_started: {
    summary: 'The file is there, and how it is written',
    example: {
      type: 'upload_started',
      ...ofImport,
      seq: 1,
      data: {
        file_name: 'agenda.csv',
        mode: 'import',
        phase: 'importing',
        bytes_total: 120_000,
        dialect,
        time_zone: 'America/Sao_Paulo',
      },
      timestamp,
    },
  },
  upload_progress: {
    summary: 'How far the import is',
    example: {
      type: 'upload_progress',
      ...ofImport,
      seq: 2,
      data: {
        phase: 'importing',
        line: 412,
        bytes: 51_000,
        bytes_total: 120_000,
        progress: 42.5,
        rows: { read: 411, created: 400, updated: 5, unchanged: 4, failed: 2 },
        undo: null,
        rows_per_second: 1_200,
        eta: 0.5,
      },
      timestamp,
    },
  },
  upload_row_errors: {
    summary: 'Rows that failed, and why',
    example: {
      type: 'upload_row_errors',
      ...ofImport,
      seq: 3,
      data: {
        rows: 1,
        failed: 2,
        errors: [{ line: 398, column: 'city', code: 'required', message: 'Está vazio, mas é obrigatório.', value: '' }],
      },
      timestamp,
    },
  },
  upload_completed: {
    summary: 'The end: every row is in one of the totals',
    example: {
      type: 'upload_completed',
      ...ofImport,
      seq: 4,
      data: {
        status: 'completed',
        mode: 'import',
        rows: { read: 1000, created: 980, updated: 12, unchanged: 5, failed: 3 },
        undo: null,
        seconds: 1.2,
        unknown_columns: [],
        failed_csv: `/uploads/${ulid}/failed.csv`,
      },
      timestamp,
    },
  },
  upload_failed: {
    summary: 'The end: it could not go on, or was cancelled',
    example: {
      type: 'upload_failed',
      ...ofImport,
      seq: 1,
      data: {
        status: 'failed',
        error_code: 'is_spreadsheet',
        error_message: 'Isto é uma planilha, não um CSV.',
        rows: { read: 0, created: 0, updated: 0, unchanged: 0, failed: 0 },
        undo: null,
        failed_csv: null,
      },
      timestamp,
    },
  },
  import_progress: {
    summary: 'How far any import is; the last of each has `progresso` 100',
    example: {
      type: 'import_progress',
      progresso: 40,
      status: 'running',
      ...ofImport,
      linha: 412,
      bytes: 48_000,
      total_bytes: 120_000,
      timestamp,
    },
  },
  events_changed: {
    summary: 'Many calendar events changed at once',
    example: {
      type: 'events_changed',
      seq: ulid,
      data: { ...ofImport, created: 980, updated: 12, deleted: 0 },
      timestamp,
    },
  },
  subscribed: {
    summary: 'This connection listens to one more channel',
    example: { type: 'subscribed', channel: 'queue', timestamp },
  },
  unsubscribed: {
    summary: 'This connection listens to it no longer',
    example: { type: 'unsubscribed', channel: 'queue', timestamp },
  },
  resync: {
    summary: 'What was missed is no longer kept; the state follows',
    example: { type: 'resync', channel: 'download:uuid-123', timestamp },
  },
  pong: { summary: 'The answer to a ping, with its timestamp', example: { type: 'pong', timestamp: 1_705_314_600 } },
  error: {
    summary: 'What the client said was refused; the connection stays',
    example: { type: 'error', code: 'unknown_message', message: 'Mensagem desconhecida.', timestamp },
  },
};

export const clientMessages: Described<ClientMessage> = {
  ping: {
    summary: 'Answered by a pong; one each 5 min keeps a connection open',
    example: { type: 'ping', timestamp: 1_705_314_600 },
  },
  hello: { summary: 'Asks for the state again', example: { type: 'hello' } },
  subscribe: {
    summary: 'Listens to one more channel on this connection',
    example: { type: 'subscribe', channel: 'queue', download_id },
  },
  unsubscribe: { summary: 'Listens to a channel no longer', example: { type: 'unsubscribe', channel: 'queue' } },
  resume: {
    summary: 'Asks for what came after `seq`, on a channel that keeps its history',
    example: { type: 'resume', channel: 'download:uuid-123', seq: 42 },
  },
};

export const downloadStreamEvents: Described<DownloadStreamEvent> = {
  connection_established: {
    summary: 'The first event, on a first connection alone',
    example: { type: 'connection_established', download_id },
  },
  progress_update: {
    summary: 'The download as it is now',
    example: { type: 'progress_update', download_id, ...update, progress: 25 },
  },
  download_completed: {
    summary: 'The end: the file is there',
    example: { type: 'download_completed', download_id, status: 'completed', message: 'Download concluído' },
  },
  download_failed: {
    summary: 'The end: it failed',
    example: {
      type: 'download_failed',
      download_id,
      status: 'failed',
      message: 'O arquivo não existe na origem. Confira o endereço.',
      error_code: 'source_not_found',
    },
  },
  download_cancelled: {
    summary: 'The end: somebody cancelled or deleted it',
    example: { type: 'download_cancelled', download_id, status: 'cancelled', message: 'Download cancelado' },
  },
};

export const snapshotStreamEvents: Described<SnapshotStreamEvent> = {
  connection_established: {
    summary: 'The first event, on a first connection alone',
    example: { type: 'connection_established', message: 'Conectado à fila' },
  },
  queue_update: { summary: 'Downloads by status', example: { type: 'queue_update', ...queue, queue_position: null } },
  stats_update: { summary: 'Downloads over time, and what they take', example: { type: 'stats_update', ...stats } },
  dashboard_update: {
    summary: 'What runs, the queue and the system, each 3 s',
    example: { type: 'dashboard_update', ...dashboard },
  },
};
