import { Temporal } from 'temporal-polyfill';

export type DateRefusal = 'date_not_understood' | 'date_impossible' | 'date_out_of_range';

/** `at` is in UTC with milliseconds; `zoneAssumed`: the text names no zone, so it is one of the configured zone. */
export type EventDate =
  | { kind: 'date'; at: string; zoneAssumed: boolean; wholeDay: boolean }
  | { kind: 'refused'; code: DateRefusal };

const ISO =
  /^(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?:(?:T|\s+)(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?\s*(?<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const BRAZILIAN =
  /^(?<day>\d{1,2})\/(?<month>\d{1,2})\/(?<year>\d{4})(?:(?:,?\s+|T)(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}))?)?$/i;

/**
 * A date as people write it: ISO 8601 with or without zone and seconds, `dd/mm/aaaa`, `dd/mm/aaaa hh:mm[:ss]`, `aaaa-mm-dd`; without a
 * time it is the beginning of that day. Where clocks are turned, a time that is skipped is told by the clock before (so it comes
 * an hour later), and of one that comes twice the first is meant, as RFC 5545 has it.
 */
export function parseEventDate(text: string, timeZone: string): EventDate {
  const trimmed = text.trim();
  const parts = (ISO.exec(trimmed) ?? BRAZILIAN.exec(trimmed))?.groups;
  if (parts === undefined) return { kind: 'refused', code: 'date_not_understood' };
  const instant = instantOf(parts, timeZone);
  if (instant === null) return { kind: 'refused', code: 'date_impossible' };
  const at = new Date(instant.epochMilliseconds).toISOString();
  // Years of another width would not sort as text.
  if (!/^\d{4}-/.test(at)) return { kind: 'refused', code: 'date_out_of_range' };
  return { kind: 'date', at, zoneAssumed: parts['zone'] === undefined, wholeDay: parts['hour'] === undefined };
}

type Parts = Record<string, string | undefined>;

/** Null: there is no such day, time or zone. */
function instantOf(parts: Parts, timeZone: string): Temporal.Instant | null {
  const number = (name: string) => Number(parts[name] ?? 0);
  const milliseconds = Number((parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0'));
  try {
    // What is out of range is refused, as `from` would with a bag of fields, which costs twice as much.
    const wall = new Temporal.PlainDateTime(
      number('year'),
      number('month'),
      number('day'),
      number('hour'),
      number('minute'),
      number('second'),
      milliseconds,
    );
    return wall.toZonedDateTime(zoneOf(parts['zone'], timeZone), { disambiguation: 'compatible' }).toInstant();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function zoneOf(given: string | undefined, timeZone: string): string {
  if (given === undefined) return timeZone;
  if (given.toUpperCase() === 'Z') return 'UTC';
  const digits = given.slice(1).replace(':', '').padEnd(4, '0');
  return `${given.slice(0, 1)}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

/**
 * The same instant as the clocks of the zone show it, without naming the zone: `2025-07-01T10:00:00`. Only where that would be read
 * as another instant, in the hour that comes twice, it says its offset.
 */
export function localText(at: string, timeZone: string): string {
  const local = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone);
  const naive = local.toPlainDateTime();
  const meant = naive.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  return meant.epochMilliseconds === local.epochMilliseconds ? naive.toString() : `${naive.toString()}${local.offset}`;
}

/** The beginning of the day after, as the clocks of the zone show it. */
export function dayAfter(at: string, timeZone: string): string {
  const next = Temporal.Instant.from(at).toZonedDateTimeISO(timeZone).add({ days: 1 }).startOfDay();
  return next.toInstant().toString({ smallestUnit: 'millisecond' });
}
