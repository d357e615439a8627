import type { ImportStatus, ImportView } from '../../../contract/import.ts';

const AT_WORK: readonly ImportStatus[] = ['waiting', 'running', 'undoing'];
export const isAtWork = ({ status }: Pick<ImportView, 'status'>): boolean => AT_WORK.includes(status);

/** Whether there is anything that an undo would take back. */
export const mayBeUndone = ({ status, mode, rows }: ImportView): boolean =>
  (status === 'completed' || status === 'failed' || status === 'cancelled') &&
  (mode === 'import' || status === 'completed') &&
  rows.created + rows.updated > 0;
