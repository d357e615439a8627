import { rowErrors, type RowError } from '../../contract/row-error.ts';
import type { Language } from './import.ts';

/** The same mistake in the reader's language. */
export function wordError(error: RowError, language: Language): RowError {
  const { code, numbers = {} } = error;
  const words = rowErrors[code][language];
  const gaps = [...words.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  // Its numbers were not kept: better the words it was told in.
  if (gaps.some((name) => numbers[name] === undefined)) return error;
  return { ...error, message: words.replaceAll(/\{(\w+)\}/g, (_gap, name: string) => String(numbers[name])) };
}
