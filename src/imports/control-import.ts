import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import { idempotencyWrite } from '../downloads/idempotency.ts';
import type { Told } from './change-import.ts';
import { findImport, type ImportRef } from './find-import.ts';
import { endedAs, endTold } from './holds/table.ts';
import { farNews } from './import-news.ts';
import { fileStart, LOOKED_AT_WITHIN_MS, noRows, nothingUndone, type ImportRecord } from './import.ts';
import type { ImportMessage } from './import-message.ts';
import type { ImportsTable } from './table.ts';

export type Control = 'cancel' | 'commit' | 'undo';

export type ControlImportDeps = {
  imports: Pick<ImportsTable, 'get' | 'latest' | 'change'>;
  importQueue: Queue<ImportMessage>;
  /** Where the Idempotency-Keys are. */
  eventsTable: string;
  now: () => Date;
};

export type Controlled =
  | { kind: 'done'; record: ImportRecord }
  /** Its status does not allow it. */
  | { kind: 'refused'; record: ImportRecord }
  | { kind: 'expired' }
  | { kind: 'missing' };

type Decision =
  | { kind: 'unchanged' }
  | { kind: 'refused' }
  | { kind: 'expired' }
  | { kind: 'changed'; patch: Partial<ImportRecord>; told: Told };

/**
 * Cancels an import, commits what a dry run planned, or undoes what was applied. Asking again for what is so already does nothing.
 * A worker in the middle of it learns of its cancellation at its next write.
 */
export async function controlImport(
  app: ControlImportDeps,
  which: ImportRef,
  control: Control,
  idempotencyKey: string | undefined,
): Promise<Controlled> {
  let record = await findImport(app.imports, which);
  for (;;) {
    if (record === null) return { kind: 'missing' };
    const now = app.now();
    const decision = decisions[control](record, now);
    if (decision.kind === 'unchanged') return { kind: 'done', record };
    if (decision.kind === 'refused') return { kind: 'refused', record };
    if (decision.kind === 'expired') return { kind: 'expired' };
    const request = { owner: record.owner, route: `POST /uploads/${record.id}/${control}`, body: null, answer: '' };
    const asked =
      idempotencyKey === undefined ? [] : [idempotencyWrite(app.eventsTable, { ...request, key: idempotencyKey }, now)];
    const after: ImportRecord | null = await app.imports.change(record, decision.patch, decision.told, now, asked);
    if (after !== null) {
      log.info(`import ${control}`, { import_id: record.id, was: record.status });
      if (control !== 'cancel') await lookAt(app, record.id);
      return { kind: 'done', record: after };
    }
    const current: ImportRecord | null = await app.imports.get(record.id);
    // Nobody changed it, so it was the key that was known: this was done once already.
    if (current?.version === record.version) return { kind: 'done', record };
    record = current;
  }
}

/** It is done whether or not this succeeds: the janitor sends the messages of imports that are due. */
async function lookAt({ importQueue }: ControlImportDeps, id: string): Promise<void> {
  try {
    await importQueue.send({ import_id: id });
  } catch (error) {
    log.warn('not queued; left to the janitor', { import_id: id, error });
  }
}

const decisions: Record<Control, (record: ImportRecord, now: Date) => Decision> = {
  cancel(record, now) {
    switch (record.status) {
      case 'cancelled':
        return { kind: 'unchanged' };
      case 'waiting': {
        const patch = endedAs(record, { status: 'cancelled', error_code: 'cancelled' }, now);
        return { kind: 'changed', patch, told: endTold(record, patch, {}, now) };
      }
      case 'running':
      case 'undoing':
        if (record.cancel_requested) return { kind: 'unchanged' };
        return {
          kind: 'changed',
          patch: { cancel_requested: true },
          told: said('Cancelamento pedido.', 'import_cancel_requested'),
        };
      default:
        return { kind: 'refused' };
    }
  },

  commit(record, now) {
    if (record.phase === 'committing' || isCommitted(record)) return { kind: 'unchanged' };
    if (record.status !== 'planned') return { kind: 'refused' };
    if (isFileGone(record, now)) return { kind: 'expired' };
    const patch = {
      ...anew(now),
      status: 'running',
      phase: 'committing',
      rows: noRows,
      chunks: { ...record.chunks, failed: 0 },
      applied_to: 0,
      completed_at: null,
    } satisfies Partial<ImportRecord>;
    return {
      kind: 'changed',
      patch,
      told: begins(record, patch, said('Simulação aceita: importação pedida.', 'import_commit_requested'), now),
    };
  },

  undo(record, now) {
    if (record.status === 'undoing' || record.status === 'undone') return { kind: 'unchanged' };
    if (!hasApplied(record)) return { kind: 'refused' };
    if (isFileGone(record, now)) return { kind: 'expired' };
    const patch = {
      ...anew(now),
      status: 'undoing',
      phase: 'undoing',
      undone_at: null,
      // One that stopped goes on from where it stood.
      ...(record.undo === null
        ? { undo: nothingUndone, chunks: { ...record.chunks, spared: 0 } }
        : { place: record.place }),
    } satisfies Partial<ImportRecord>;
    return {
      kind: 'changed',
      patch,
      told: begins(record, patch, said('Pedido para desfazer.', 'import_undo_requested'), now),
    };
  },
};

/** A walk that nobody has begun, from the first row on. */
const anew = (now: Date) => ({
  place: fileStart,
  error_code: null,
  error_columns: [],
  attempt: null,
  lease_expires_at: null,
  idle_attempts: 0,
  cancel_requested: false,
  due_at: new Date(now.getTime() + LOOKED_AT_WITHIN_MS).toISOString(),
});

type Request = 'import_cancel_requested' | 'import_commit_requested' | 'import_undo_requested';
const said = (message: string, code: Request): Told => ({ lines: [{ level: 'info', message, code, values: {} }] });
const begins = (record: ImportRecord, patch: Partial<ImportRecord>, told: Told, now: Date): Told => ({
  ...told,
  elsewhere: [farNews({ ...record, ...patch }, false, now)],
});

const isCommitted = ({ mode, status }: ImportRecord) => mode === 'dry_run' && status === 'completed';
const isFileGone = ({ file_expires_at }: ImportRecord, now: Date) => file_expires_at <= now.toISOString();

/** It is over and changed events; the totals of a dry run tell only what would have changed. */
function hasApplied({ status, rows, applied_to }: ImportRecord): boolean {
  const isOver = status === 'completed' || status === 'cancelled' || status === 'failed';
  return isOver && applied_to > 0 && rows.created + rows.updated > 0;
}
