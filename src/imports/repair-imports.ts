import { log } from '../aws/log.ts';
import type { Queue } from '../aws/queue.ts';
import type { ImportMessage } from './import-message.ts';
import type { ImportsTable } from './table.ts';

export type RepairImportsDeps = {
  imports: Pick<ImportsTable, 'due'>;
  importQueue: Queue<ImportMessage>;
  now: () => Date;
};

/**
 * Has a worker look at the imports that somebody should have looked at by now: their file has not come, their message was lost, or
 * their worker died. The worker decides what is so; until it has, each run sends them again, which does no harm.
 */
export async function repairImports(app: RepairImportsDeps): Promise<void> {
  const due = await app.imports.due(app.now());
  const results = await Promise.allSettled(due.map(({ id }) => app.importQueue.send({ import_id: id })));
  const failed = results.filter((result) => result.status === 'rejected');
  for (const { reason } of failed) log.warn('import not queued; the next run tries again', { error: reason });
  if (due.length > 0)
    log.info('imports to be looked at', { queued: due.length - failed.length, failed: failed.length });
}
