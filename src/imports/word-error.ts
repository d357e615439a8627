import { rowErrorMessage, type RowError } from '../../contract/row-error.ts';
import type { Language } from './import.ts';

/** The same mistake in the reader's language. */
export const wordError = (error: RowError, language: Language): RowError => ({
  ...error,
  message: rowErrorMessage(error.code, error.numbers ?? {}, language),
});
