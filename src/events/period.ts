import type { EventRefusal } from './check-event.ts';
import { dayAfter, parseEventDate } from './event-date.ts';

type Period = { from?: string; before?: string };

/** From when until when, as people write it: a day without a time is meant with its whole length. */
export function readPeriod(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  timeZone: string,
): ({ kind: 'period' } & Period) | { kind: 'refused'; refusals: EventRefusal[] } {
  const refusals: EventRefusal[] = [];
  const read = (field: 'from' | 'to', text: string | undefined) => {
    const date = text === undefined ? null : parseEventDate(text, timeZone);
    if (date?.kind !== 'refused') return date;
    refusals.push({ field, code: date.code });
    return null;
  };
  const [first, last] = [read('from', from), read('to', to)];
  if (refusals.length > 0) return { kind: 'refused', refusals };
  return {
    kind: 'period',
    ...(first !== null && { from: first.at }),
    // `$` sorts behind the `#` that follows the instant itself.
    ...(last !== null && { before: last.wholeDay ? dayAfter(last.at, timeZone) : `${last.at}$` }),
  };
}
