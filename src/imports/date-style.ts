import type { DateStyle } from '../../contract/dialect.ts';

const NUMERIC = /^\s*(\d{1,2})([/.-])(\d{1,2})\2(\d{2,4})\b/;

/** How the dates of a file are written. Days come first where nothing says otherwise: people here write so. */
export function dateStyleOf(dates: string[]): DateStyle {
  const numeric = dates.flatMap((date) => {
    const [, first, , second] = NUMERIC.exec(date) ?? [];
    return first === undefined ? [] : [{ first: Number(first), second: Number(second) }];
  });
  if (numeric.length === 0) return dates.some((date) => /^\s*\d{4}-/.test(date)) ? 'iso' : 'day_first';
  const days = numeric.filter(({ first }) => first > 12).length;
  const months = numeric.filter(({ second }) => second > 12).length;
  return months > days ? 'month_first' : 'day_first';
}

/** The date with its day first, when the file writes months first. */
export function dayFirst(date: string, style: DateStyle): string {
  return style === 'month_first' ? date.replace(NUMERIC, '$3$2$1$2$4') : date;
}
