import * as z from 'zod';

/** A name of the IANA time zone database, such as `America/Sao_Paulo`. */
export const timeZone = z.string().refine(isTimeZone, 'is no time zone, such as America/Sao_Paulo');

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
