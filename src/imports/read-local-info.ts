import * as z from 'zod';
import { readBoolean, readList, readVenueType, readWholeNumber } from './people-write.ts';

const object = z.record(z.string(), z.unknown());

// What JSON says, closer to what `localInfo` takes; what cannot be read stays as it is, and is refused there.
const READERS: Record<string, (text: string) => unknown> = {
  capacity: (text) => readWholeNumber(text) ?? text,
  is_accessible: (text) => readBoolean(text) ?? text,
  manually_edited: (text) => readBoolean(text) ?? text,
  venue_type: readVenueType,
  past_events: readList,
};

/** The object a cell has, for `localInfo` to check; null when the cell is empty, undefined when it has none. */
export function readLocalInfo(cell: string): Record<string, unknown> | null | undefined {
  const text = cell.trim();
  if (text === '' || text === 'null') return null;
  const parsed = object.safeParse(json(text));
  if (!parsed.success) return undefined;
  const fields = Object.entries(parsed.data).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(fields.map(([name, value]) => [name, closer(name, value)]));
}

function closer(name: string, value: unknown): unknown {
  const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  const text = typeof value === 'number' && name !== 'capacity' ? String(value) : value;
  return reader !== undefined && typeof text === 'string' ? reader(text) : value;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
