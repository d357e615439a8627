import { log } from '../aws/log.ts';
import { TryAgainIn, type Delivery } from '../aws/each-message.ts';
import type { Queue } from '../aws/queue.ts';
import { FileMissing } from '../aws/uploads-bucket.ts';
import { keepHold, OutOfTime } from '../keep-hold.ts';
import { HoldLost, LEASE_SECONDS, type Hold, type HoldsTable } from './holds/table.ts';
import type { ImportMessage } from './import-message.ts';
import { fileKey, type ImportRecord } from './import.ts';
import type { ImportsTable } from './table.ts';
import { walkRows, type WalkRowsDeps } from './walk-rows.ts';

export type RunImportDeps = WalkRowsDeps & {
  holds: HoldsTable;
  imports: Pick<ImportsTable, 'get'>;
  queue: Queue<ImportMessage>;
};

const RETRY_SECONDS = 5;

/** One delivery of one import's message: takes it, walks its rows, ends it. Delivered twice, one does nothing. */
export async function runImport(
  app: RunImportDeps,
  { import_id: id, arrived = false }: ImportMessage,
  delivery: Delivery,
  deadline: () => number,
): Promise<void> {
  // Before anything else: the queue itself hides a message as long as a whole run may take.
  await delivery.hide(LEASE_SECONDS);
  const record = await app.imports.get(id);
  if (record === null || (!arrived && (await isStillToCome(app, record)))) return;
  const claim = await app.holds.claim(id, app.now());
  if (claim.kind === 'over') return;
  if (claim.kind === 'held') throw new TryAgainIn(claim.seconds + 1);
  const { hold } = claim;
  log.resetKeys();
  log.appendKeys({ import_id: id, attempt: hold.token });
  log.info('import taken', { line: hold.record.place.line, phase: hold.record.phase });
  try {
    const renew = () => app.holds.renew(hold, app.now());
    await keepHold({ seconds: LEASE_SECONDS, renew }, delivery, deadline, (signals) => walkRows(app, hold, signals));
    log.info('import ended', { status: hold.record.status, rows: hold.record.rows });
  } catch (error) {
    await end(app, hold, arrived, error);
  }
}

async function isStillToCome(app: RunImportDeps, { id, status, file_due_at }: ImportRecord): Promise<boolean> {
  if (status !== 'waiting' || Date.parse(file_due_at) <= app.now().getTime()) return false;
  return (await app.files.head(fileKey(id))) === null;
}

/** A file that is gone ends the import; a lost hold or a run out of time ends only this attempt; all else is tried again soon. */
async function end(app: RunImportDeps, hold: Hold, arrived: boolean, error: unknown): Promise<void> {
  try {
    if (error instanceof HoldLost) {
      log.info('import no longer ours', { reason: error.message });
      return;
    }
    if (error instanceof FileMissing) {
      log.warn('import failed', { code: error.code, error });
      const code = hold.record.status === 'waiting' && !arrived ? 'file_never_came' : error.code;
      return await app.holds.end(hold, { status: 'failed', error_code: code }, {}, app.now());
    }
    await app.holds.release(hold, app.now());
    if (error instanceof OutOfTime) {
      log.info('out of time; another run goes on', { line: hold.record.place.line });
      // A new message: the old one's count of deliveries would end a long import.
      return await app.queue.send({ import_id: hold.record.id });
    }
  } catch (cause) {
    if (cause instanceof HoldLost) return;
    throw new TryAgainIn(RETRY_SECONDS, { cause });
  }
  throw new TryAgainIn(RETRY_SECONDS, { cause: error });
}
