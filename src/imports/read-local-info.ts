import { readBoolean, readList, readVenueType, readWholeNumber } from './people-write.ts';

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
  const given = json(text);
  if (!isObject(given)) return undefined;
  const fields: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given))
    // Assigned, this one would become what the object inherits from.
    if (value !== null && value !== '' && name !== '__proto__') fields[name] = closer(name, value);
  return fields;
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
