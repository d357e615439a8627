import type { Hold as Signals } from '../keep-hold.ts';
import { OutOfTime } from '../keep-hold.ts';
import { type UploadsBucket, FileMissing } from '../aws/uploads-bucket.ts';
import type { ImportPhase } from '../../contract/import.ts';
import type { Act, ActDeps } from './act.ts';
import { applyRows } from './apply-rows.ts';
import { checkpoint } from './checkpoint.ts';
import { detectDialect, SAMPLE_BYTES } from './detect-dialect.ts';
import { fileChunks } from './file-chunks.ts';
import { gatherBatch } from './gather-batch.ts';
import type { Hold, HoldsTable, How } from './holds/table.ts';
import { type Line, started } from './import-news.ts';
import { fileKey, type ImportRecord } from './import.ts';
import { pacer } from './pace.ts';
import { planRows } from './plan-rows.ts';
import { readEntry } from './read-entry.ts';
import { firstPlace, readRows } from './read-rows.ts';
import { undoRows } from './undo-rows.ts';

export type WalkRowsDeps = ActDeps & {
  holds: Pick<HoldsTable, 'write' | 'end'>;
  files: Pick<UploadsBucket, 'head' | 'range'>;
};

const ENDS: Record<ImportPhase, How> = {
  importing: { status: 'completed' },
  planning: { status: 'planned' },
  committing: { status: 'completed' },
  undoing: { status: 'undone' },
};

/**
 * Walks the rows of the file from where the record stands, in batches: each is dealt with, then accounted for. Whoever comes after a
 * crash in between deals with the same rows again, to the same effect. Ends the import, or throws OutOfTime at a border of rows.
 */
export async function walkRows(app: WalkRowsDeps, hold: Hold, { closing, signal }: Signals): Promise<void> {
  if (hold.record.place.offset === 0 && !(await begin(app, hold, signal))) return;
  const { phase, dialect, owner, time_zone, id } = hold.record;
  if (phase === null || dialect === null) throw new Error(`import ${id} has begun without a phase or a dialect`);
  const act = actOf(app, phase);
  const rows = rowsOf(app, hold.record, signal);
  const pace = pacer(hold.takenOver);
  for (;;) {
    signal.throwIfAborted();
    const began = app.now().getTime();
    const { record } = hold;
    const batch = await gatherBatch(rows, record.place, pace.size(), (row) =>
      readEntry({ dialect, owner, timeZone: time_zone }, row),
    );
    const outcome = await act(hold, batch.entries);
    const now = app.now();
    const left = endOf(record) - batch.place.offset;
    await app.holds.write(hold, checkpoint(record, batch, outcome, pace.pace(left), app.names.events, now), now);
    const bytes = batch.place.offset - record.place.offset;
    pace.measured({ rows: batch.entries.length, bytes, ms: app.now().getTime() - began });
    if (batch.last) return app.holds.end(hold, ENDS[phase], {}, app.now());
    if (hold.record.cancel_requested) {
      return app.holds.end(hold, { status: 'cancelled', error_code: 'cancelled' }, {}, app.now());
    }
    if (closing.aborted) throw new OutOfTime('the run ends');
  }
}

function actOf(app: WalkRowsDeps, phase: ImportPhase): Act {
  const act = { importing: applyRows, planning: planRows, committing: applyRows, undoing: undoRows }[phase];
  return (hold, entries) => act(app, hold, entries);
}

/** An undo walks as far as rows were applied. */
const endOf = ({ phase, applied_to, bytes_total }: ImportRecord): number =>
  phase === 'undoing' ? applied_to : (bytes_total ?? 0);

function rowsOf(app: WalkRowsDeps, record: ImportRecord, signal: AbortSignal) {
  const { id, etag, dialect, place } = record;
  if (etag === null || dialect === null) throw new FileMissing('file_gone');
  const range = { key: fileKey(id), etag, start: place.offset, end: endOf(record) };
  return readRows(fileChunks(app.files, range, signal), dialect, place);
}

/** Looks at the file, and tells how it is written; false: it cannot be imported, and that has been told. */
async function begin(app: WalkRowsDeps, hold: Hold, signal: AbortSignal): Promise<boolean> {
  const { id, mode, phase, etag } = hold.record;
  const file = await app.files.head(fileKey(id));
  if (file === null) throw new FileMissing('file_gone');
  // What was planned or applied was of another file.
  if (etag !== null && etag !== file.etag) throw new FileMissing('file_changed');
  const sample = { start: 0, end: Math.min(SAMPLE_BYTES, file.bytes), etag: file.etag };
  const beginning = file.bytes === 0 ? Buffer.alloc(0) : await app.files.range(fileKey(id), sample, signal);
  const detected = detectDialect(beginning, file.bytes);
  const now = app.now();
  if (detected.kind === 'failure') {
    await app.holds.write(hold, { patch: { bytes_total: file.bytes, ...startedAt(hold.record, now) } }, now);
    const how: How = { status: 'failed', error_code: detected.code, error_columns: detected.columns };
    await app.holds.end(hold, how, {}, now);
    return false;
  }
  const { dialect } = detected;
  const next = phase ?? (mode === 'dry_run' ? 'planning' : 'importing');
  const patch: Partial<ImportRecord> = {
    status: next === 'undoing' ? 'undoing' : 'running',
    phase: next,
    bytes_total: file.bytes,
    etag: file.etag,
    dialect,
    place: firstPlace(dialect),
    ...startedAt(hold.record, now),
  };
  const { encoding, delimiter, quote_escape, date_style } = dialect;
  const quotes = quote_escape === 'doubled' ? '""' : '\\"';
  const message = `${file.bytes} bytes, ${encoding}, separador ${JSON.stringify(delimiter)}, aspas ${quotes}, datas ${date_style}`;
  const values = { bytes: file.bytes, encoding, delimiter, quote_escape, date_style };
  const line: Line = { level: 'info', message, code: 'import_detected', values };
  await app.holds.write(hold, { patch, told: (after) => ({ tidings: started(after), lines: [line] }) }, now);
  return true;
}

function startedAt({ started_at }: ImportRecord, now: Date): Partial<ImportRecord> {
  return { started_at: started_at ?? now.toISOString(), walk_started_at: now.toISOString() };
}
