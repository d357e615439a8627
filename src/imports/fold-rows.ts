import { isDeepStrictEqual } from 'node:util';
import type { EventDetails, RowEffect } from '../events/event.ts';
import type { EventEntry } from './read-entry.ts';

/** What one row does to its event, and what the event said before it. */
export type Step = { entry: EventEntry; effect: RowEffect; before: EventDetails | null };

/** `details` is what the event says after the rows; null: as before, there is nothing to write. */
export type Folded = { steps: Step[]; details: EventDetails | null };

/**
 * What rows of one event do to it, in their order. Rows in `done` have done it already, in an attempt whose totals were lost: they
 * count as what they did then.
 */
export function foldRows(
  known: EventDetails | null,
  entries: readonly EventEntry[],
  done: Readonly<Record<string, RowEffect>> = {},
): Folded {
  let details = known;
  let isChanged = false;
  const steps = entries.map((entry): Step => {
    const before = details;
    const earlier = done[entry.line];
    if (earlier !== undefined) return { entry, effect: earlier, before };
    if (before !== null && isDeepStrictEqual(before, entry.details)) return { entry, effect: 'unchanged', before };
    details = entry.details;
    isChanged = true;
    return { entry, effect: before === null ? 'created' : 'updated', before };
  });
  return { steps, details: isChanged ? details : null };
}

/** The rows of each event, in their order. */
export function byEvent(entries: readonly EventEntry[]): Map<string, EventEntry[]> {
  const groups = new Map<string, EventEntry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.key);
    if (group === undefined) groups.set(entry.key, [entry]);
    else group.push(entry);
  }
  return groups;
}
