import * as z from 'zod';
import { dialect } from './dialect.ts';
import { quality } from './download.ts';
import { importPhase, importStatus, rowCounts, undoCounts } from './import.ts';

/** What can be filled into a line of a log. */
export const logValues = z
  .object({
    url: z.string(),
    quality,
    percent: z.number().min(0).max(100),
    title: z.string(),
    format: z.string().nullable(),
    bytes: z.int().nullable().meta({ description: 'null: the source does not tell.' }),
    error_code: z.string().nullable(),
    choices: z.array(z.string()).meta({ description: 'What could be asked for instead.' }),
    file_name: z.string(),
    ...dialect.pick({ encoding: true, delimiter: true, quote_escape: true, date_style: true }).shape,
    phase: importPhase,
    column: z.string().nullable().meta({ description: 'null: the row as a whole.' }),
    numbers: z.record(z.string(), z.number()).meta({ description: 'What stands in the message of a row.' }),
    others: z.int().meta({ description: 'Rows that failed besides this one.' }),
    status: importStatus,
    rows: rowCounts,
    undo: undoCounts.nullable().meta({ description: 'What an undo did; null when it was none.' }),
    missing_columns: z.array(z.string()),
  })
  .partial()
  .meta({ id: 'LogValues' });
export type LogValues = z.infer<typeof logValues>;

/** What a line of a log can say, and the values that it then has. */
export const LOG_CODES = {
  download_requested: ['url', 'quality'],
  download_started: ['percent'],
  download_taken_over: ['percent'],
  download_transferring: ['title', 'format', 'bytes'],
  download_source_changed: [],
  download_merging: [],
  download_storing: [],
  download_paused: ['percent'],
  download_requeued: [],
  download_retried: [],
  download_completed: ['bytes'],
  download_cancelled: [],
  download_deleted: [],
  download_failed: ['error_code', 'choices'],
  import_requested: ['file_name'],
  import_detected: ['bytes', 'encoding', 'delimiter', 'quote_escape', 'date_style'],
  import_progress: ['phase', 'percent'],
  import_row_failed: ['column', 'error_code', 'numbers', 'others'],
  import_cancel_requested: [],
  import_commit_requested: [],
  import_undo_requested: [],
  import_ended: ['status', 'rows', 'undo', 'error_code', 'missing_columns'],
} as const satisfies Record<string, readonly (keyof LogValues)[]>;

export type LogCode = keyof typeof LOG_CODES;
const isLogCode = (code: unknown): code is LogCode => typeof code === 'string' && Object.hasOwn(LOG_CODES, code);

const described = Object.entries(LOG_CODES).map(([code, values]) => `\`${code}\` (${values.join(', ')})`);

export const logCode = z.custom<LogCode>(isLogCode).meta({
  type: 'string',
  enum: Object.keys(LOG_CODES),
  description: `What the line says, for programs, with its values: ${described.join(', ').replaceAll(' ()', '')}.`,
});

/** What a line says, as a code with every value that belongs to it. */
export type Said = {
  [Code in LogCode]: { code: Code; values: Required<Pick<LogValues, (typeof LOG_CODES)[Code][number]>> };
}[LogCode];
