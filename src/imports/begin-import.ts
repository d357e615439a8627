import { importView as viewSchema, type ImportView } from '../../contract/import.ts';
import { log } from '../aws/log.ts';
import type { IdempotentRequest } from '../downloads/idempotency.ts';
import { changed } from './change-import.ts';
import { endedAs, endTold } from './holds/table.ts';
import { importView, isOver, newImport, type ImportRecord, type NewImport } from './import.ts';
import type { ImportsTable, Replaced } from './table.ts';

/** A file sent with its request is there at once, or its request has failed. */
export const SENT_WITHIN_MS = 60_000;

export type BeginImportDeps = {
  imports: Pick<ImportsTable, 'get' | 'latest' | 'create'>;
  /** Of dates that name none. */
  timeZone: string;
  now: () => Date;
};

export type Begun =
  /** `view` is the answer: that of the first request too when it is repeated. */
  | { kind: 'begun' | 'repeated'; record: ImportRecord; view: ImportView }
  /** One of this name is not over. */
  | { kind: 'running'; importId: string }
  /** The Idempotency-Key came with another body. */
  | { kind: 'conflict' };

type Beginning = {
  /** How long its file is waited for. */
  fileWithinMs: number;
  /** What makes a request the same as an earlier one; null: it brought no key. */
  repeatable: Pick<IdempotentRequest, 'route' | 'key' | 'body'> | null;
};

/**
 * Makes a new import the latest of its name, waiting for its file. One before it that still waits for a form to be posted gives way
 * to it; one that is being read does not.
 */
export async function beginImport(
  app: BeginImportDeps,
  request: NewImport,
  { fileWithinMs, repeatable }: Beginning,
): Promise<Begun> {
  const { owner, uploadId } = request;
  for (;;) {
    const now = app.now();
    const latest = await app.imports.latest(owner, uploadId);
    const busy = latest !== null && isBusy(latest);
    // When one is busy this creates nothing, since the name is taken: it only asks whether this same request made that one.
    const replaced = latest === null || busy ? null : replacedBy(latest, now);
    const before = replaced && changed(replaced.before, replaced.patch, replaced.told);
    const fileDueAt = new Date(now.getTime() + fileWithinMs);
    const record = newImport(request, before, { timeZone: app.timeZone, fileDueAt, now });
    const view = importView(record);
    const idempotent = repeatable && { ...repeatable, owner, answer: JSON.stringify(view) };
    const outcome = await app.imports.create(record, replaced, idempotent, now);
    if (outcome.kind === 'conflict') return outcome;
    if (outcome.kind === 'repeated') return repeated(app, outcome.answer);
    if (outcome.kind === 'created') {
      log.info('import accepted', { import_id: record.id, upload_id: uploadId });
      return { kind: 'begun', record, view };
    }
    if (busy) return { kind: 'running', importId: latest.id };
  }
}

/** One that was only announced, by a form nobody has posted yet, is not; the file of the others may be there, only unread. */
function isBusy({ status, file_due_at, created_at }: ImportRecord): boolean {
  if (status !== 'waiting') return !isOver({ status });
  return Date.parse(file_due_at) - Date.parse(created_at) <= SENT_WITHIN_MS;
}

function replacedBy(latest: ImportRecord, now: Date): Replaced {
  if (isOver(latest)) return { before: latest, patch: { superseded: true }, told: {} };
  const patch = { ...endedAs(latest, { status: 'cancelled', error_code: 'replaced' }, now), superseded: true };
  return { before: latest, patch, told: endTold(latest, patch, {}, now) };
}

async function repeated({ imports }: BeginImportDeps, answer: string): Promise<Begun> {
  const view = viewSchema.parse(JSON.parse(answer));
  const record = await imports.get(view.import_id);
  if (record === null) throw new Error(`import ${view.import_id} has an answer and no record`);
  return { kind: 'repeated', record, view };
}
