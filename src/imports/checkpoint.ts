import type { ImportPhase } from '../../contract/import.ts';
import type { RowError } from '../../contract/row-error.ts';
import type { Write } from '../aws/transact.ts';
import { countWrite } from '../events/counters/table.ts';
import type { Outcome } from './act.ts';
import type { Told } from './change-import.ts';
import type { Batch } from './gather-batch.ts';
import type { HoldChange } from './holds/table.ts';
import { eventsChangedNews, farNews, type Line, type Pace, progressed, rowsFailed } from './import-news.ts';
import { CHUNK_KINDS, type ImportRecord, nothingUnannounced } from './import.ts';
import { chunkWrite, type KeptRow } from './table.ts';

/** DynamoDB takes items of 400 KB. */
const CHUNK_BYTES = 300 * 1024;
const ANNOUNCED_EACH_MS = 1000;
const LOGGED_EACH_PERCENT = 10;

/** A batch is done: totals, place, the rows worth telling of, the number of events, and the news of it, as one change. */
export function checkpoint(
  before: ImportRecord,
  { entries, place }: Batch,
  outcome: Outcome,
  pace: Pace,
  eventsTable: string,
  now: Date,
): HoldChange {
  const { rows, undo, kept, events } = outcome;
  const chunks = CHUNK_KINDS.map((kind) => ({ kind, slices: sliced(kept[kind]) }));
  const isUndo = before.phase === 'undoing';
  const unannounced = plus(before.unannounced, outcome.changed);
  const announces = now.getTime() - Date.parse(before.announced_at ?? new Date(0).toISOString()) >= ANNOUNCED_EACH_MS;
  const patch: Partial<ImportRecord> = {
    place,
    idle_attempts: 0,
    ...(isUndo
      ? { undo: plus(before.undo ?? { removed: 0, restored: 0, spared: 0 }, undo) }
      : { rows: plus(before.rows, { read: entries.length, ...rows }) }),
    ...(before.phase === 'importing' || before.phase === 'committing' ? { applied_to: place.offset } : {}),
    chunks: plus(before.chunks, countOf(chunks)),
    ...(announces ? { unannounced: nothingUnannounced, announced_at: now.toISOString() } : { unannounced }),
  };
  const errors = kept.failed.flatMap((row) => row.errors);
  const told = (after: ImportRecord): Told => ({
    tidings: [...rowsFailed(after, errors), ...progressed(after, pace)],
    lines: [...failedLines(kept.failed, errors), ...farLines(before, after)],
    elsewhere: [farNews(after, false, now), announces ? eventsChangedNews({ ...after, unannounced }, now) : null],
  });
  const belonging: Write[] = [
    ...chunks.flatMap(({ kind, slices }) =>
      slices.map((slice, index) => chunkWrite(eventsTable, before.id, kind, before.chunks[kind] + 1 + index, slice)),
    ),
    ...(events === 0 ? [] : [countWrite(eventsTable, before.id, events)]),
  ];
  return { patch, told, belonging };
}

function plus<K extends string>(totals: Record<K, number>, more: Readonly<Record<K, number>>): Record<K, number> {
  const sum = { ...totals };
  for (const name in more) sum[name] += more[name];
  return sum;
}

function countOf(chunks: { kind: (typeof CHUNK_KINDS)[number]; slices: KeptRow[][] }[]): ImportRecord['chunks'] {
  const counts = { failed: 0, planned: 0, spared: 0 };
  for (const { kind, slices } of chunks) counts[kind] = slices.length;
  return counts;
}

function sliced(rows: readonly KeptRow[]): KeptRow[][] {
  const slices: KeptRow[][] = [];
  let bytes = CHUNK_BYTES;
  for (const row of rows) {
    const size = Buffer.byteLength(JSON.stringify(row));
    bytes += size;
    if (bytes > CHUNK_BYTES) slices.push([]);
    if (bytes > CHUNK_BYTES) bytes = size;
    slices.at(-1)?.push(row);
  }
  return slices;
}

/** One line for the rows that failed in a batch: the first one's first mistake, and how many there are more. */
function failedLines(rows: readonly KeptRow[], [first]: readonly RowError[]): Line[] {
  if (first === undefined) return [];
  const { line, column, message, code: error_code, numbers = {} } = first;
  const others = rows.length - 1;
  const more = others === 0 ? '' : ` (e mais ${others} linhas com erro)`;
  return [
    {
      level: 'warning',
      line,
      message: `Linha ${line}: ${column === null ? '' : `${column}: `}${message}${more}`,
      code: 'import_row_failed',
      values: { column, error_code, numbers, others },
    },
  ];
}

const DOING: Record<ImportPhase, string> = {
  importing: 'Importando',
  planning: 'Simulando',
  committing: 'Gravando a simulação',
  undoing: 'Desfazendo',
};

function farLines(before: ImportRecord, after: ImportRecord): Line[] {
  const { phase, place, bytes_total, applied_to } = after;
  if (phase === null) return [];
  const whole = Math.max(1, phase === 'undoing' ? applied_to : (bytes_total ?? 1));
  const tenth = ({ offset }: { offset: number }) => Math.floor((offset / whole) * (100 / LOGGED_EACH_PERCENT));
  if (tenth(place) === tenth(before.place)) return [];
  const percent = tenth(place) * LOGGED_EACH_PERCENT;
  return [
    {
      level: 'info',
      line: place.line - 1,
      message: `${DOING[phase]}: ${percent}% até a linha ${place.line - 1}`,
      code: 'import_progress',
      values: { phase, percent },
    },
  ];
}
