import { Temporal } from 'temporal-polyfill';

const DAY = 86_400_000;
/** Kept of a zone: a century, 1 MB. */
const MOST_DAYS = 36_525;

/** By zone and day the offset that its clocks keep all day; null where they are turned. */
const offsets = new Map<string, Map<number, number | null>>();

/**
 * When the clocks of the zone show what those of UTC show at `wall`, both in milliseconds. A time that is skipped is told by the clock
 * before, of one that comes twice the first is meant. Throws RangeError for a zone there is not.
 */
export function instantOfWall(wall: number, timeZone: string): number {
  const offset = offsetOfDay(Math.floor(wall / DAY), timeZone);
  return offset === null ? askedInstant(wall, timeZone) : wall - offset;
}

// Temporal takes as long for an instant as csv-parse for the whole row, and the rows of a file share their days.
function offsetOfDay(day: number, timeZone: string): number | null {
  const known = offsets.get(timeZone) ?? new Map<number, number | null>();
  const found = known.get(day);
  if (found !== undefined) return found;
  // No clock is a day off UTC: what the clocks show that day they show between these two instants. None is turned and turned
  // back within three days; Recife's were within seven.
  const [before, after] = [offsetAt((day - 1) * DAY, timeZone), offsetAt((day + 2) * DAY, timeZone)];
  const offset = before === after ? before : null;
  if (known.size >= MOST_DAYS) known.clear();
  offsets.set(timeZone, known.set(day, offset));
  return offset;
}

const offsetAt = (instant: number, timeZone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6;

function askedInstant(wall: number, timeZone: string): number {
  const shown = Temporal.Instant.fromEpochMilliseconds(wall).toZonedDateTimeISO('UTC').toPlainDateTime();
  return shown.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds;
}
