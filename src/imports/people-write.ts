import * as z from 'zod';
import { VENUE_TYPES } from '../../contract/event.ts';
import { ESCAPED } from '../events/export/csv.ts';

/** Compared without accents, case and edges. */
const plain = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase();

const BOOLEANS = new Map<string, boolean>([
  ...['sim', 's', 'true', 'verdadeiro', 'v', 'yes', 'y', '1'].map((word) => [word, true] as const),
  ...['nao', 'n', 'false', 'falso', 'f', 'no', '0'].map((word) => [word, false] as const),
]);

export const readBoolean = (text: string): boolean | undefined => BOOLEANS.get(plain(text));

/** `1.500`, `1,500` and `1 500` are fifteen hundred, `300,0` is three hundred: nothing here has halves. */
export function readWholeNumber(text: string): number | undefined {
  const digits = text.replace(/\s/g, '');
  const whole = /^[-+]?\d{1,3}([.,])\d{3}(?:\1\d{3})*(?:(?!\1)[.,]0+)?$/.test(digits)
    ? digits.replace(/[.,]0{1,2}$/, '').replace(/[.,]/g, '')
    : digits.replace(/[.,]0+$/, '');
  return /^[-+]?\d{1,15}$/.test(whole) ? Number(whole) : undefined;
}

const VENUES = new Map(VENUE_TYPES.map((venue) => [plain(venue), venue]));

/** Known kinds are written one way; others as given. */
export const readVenueType = (text: string): string => VENUES.get(plain(text)) ?? text;

/** One cell with several texts: a JSON array, as our export writes names that hold separators; else by `;`, else `|`, lines, commas. */
export function readList(text: string): string[] {
  const listed = text.startsWith('[') ? readJsonList(text) : null;
  if (listed !== null) return listed;
  const separator = [';', '|', '\n', ','].find((separator) => text.includes(separator));
  const parts = separator === undefined ? [text] : text.split(separator);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function readJsonList(text: string): string[] | null {
  try {
    return z.array(z.string()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Without the apostrophe by which exports, ours too, keep spreadsheets from computing a cell. */
export const withoutGuard = (cell: string): string => (ESCAPED.test(cell) ? cell.slice(1) : cell);
