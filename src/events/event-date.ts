import { Temporal } from 'temporal-polyfill';
import { instantOfWall } from './wall-clock.ts';

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
  const at = new Date(instant).toISOString();
  // Years of another width would not sort as text.
  if (!/^\d{4}-/.test(at)) return { kind: 'refused', code: 'date_out_of_range' };
  return { kind: 'date', at, zoneAssumed: parts['zone'] === undefined, wholeDay: parts['hour'] === undefined };
}

type Parts = Record<string, string | undefined>;

/** Null: there is no such day, time or zone. */
function instantOf(parts: Parts, timeZone: string): number | null {
  const wall = wallOf(parts);
  if (wall === null) return null;
  const zone = parts['zone'];
  if (zone === undefined) return instantOfWall(wall, timeZone);
  const offset = offsetOf(zone);
  return offset === null ? null : wall - offset;
}

const CYCLE_DAYS = 146_097;

/** In milliseconds, as if the clocks were those of UTC. */
function wallOf({ year, month, day, hour = '0', minute = '0', second = '0', fraction = '' }: Parts): number | null {
  if (Number(month) > 12 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  // Four hundred years on, when the calendar is the same: Date.UTC takes the years before 100 for those of 1900.
  const midnight = Date.UTC(Number(year) + 400, Number(month) - 1, Number(day)) - CYCLE_DAYS * 86_400_000;
  if (new Date(midnight).getUTCDate() !== Number(day) || Number(month) === 0) return null;
  return midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + milliseconds;
}

function offsetOf(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', ''))];
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
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
