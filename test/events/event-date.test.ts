import { Temporal } from 'temporal-polyfill';
import { expect, test } from 'vitest';
import { dayAfter, localText, parseEventDate } from '../../src/events/event-date.ts';
import { random } from '../support/random.ts';

const RECIFE = 'America/Recife';
const SAO_PAULO = 'America/Sao_Paulo';
const read = (text: string, zone = SAO_PAULO) => {
  const date = parseEventDate(text, zone);
  return date.kind === 'date' ? date.at : date.code;
};

test.each([
  ['2025-07-01T10:00:00', '2025-07-01T13:00:00.000Z'],
  ['2025-07-01T10:00', '2025-07-01T13:00:00.000Z'],
  ['2025-07-01 10:00', '2025-07-01T13:00:00.000Z'],
  ['2025-07-01t10:00:00.25', '2025-07-01T13:00:00.250Z'],
  ['2025-07-01T10:00:00Z', '2025-07-01T10:00:00.000Z'],
  ['2025-07-01T10:00:00z', '2025-07-01T10:00:00.000Z'],
  ['2025-07-01T10:00:00+02:00', '2025-07-01T08:00:00.000Z'],
  ['2025-07-01T10:00:00-0300', '2025-07-01T13:00:00.000Z'],
  ['2025-07-01 10:00:00 -03', '2025-07-01T13:00:00.000Z'],
  ['2025-07-01T10:00:00.1239Z', '2025-07-01T10:00:00.123Z'],
  ['2025-07-01', '2025-07-01T03:00:00.000Z'],
  ['01/07/2025', '2025-07-01T03:00:00.000Z'],
  ['1/7/2025 9:05', '2025-07-01T12:05:00.000Z'],
  ['01/07/2025 10:00:30', '2025-07-01T13:00:30.000Z'],
  ['  01/07/2025, 10:00 ', '2025-07-01T13:00:00.000Z'],
  ['29/02/2024', '2024-02-29T03:00:00.000Z'],
])('%s is %s', (text, at) => {
  expect(read(text)).toBe(at);
});

test.each([
  ['30/02/2025', 'date_impossible'],
  ['29/02/2025', 'date_impossible'],
  ['2025-13-01', 'date_impossible'],
  ['2025-07-01T24:00', 'date_impossible'],
  ['2025-07-01T10:60', 'date_impossible'],
  ['2025-07-01T10:00:00+25:00', 'date_impossible'],
  ['07/31/2025', 'date_impossible'],
  ['9999-12-31T23:00', 'date_out_of_range'],
  ['', 'date_not_understood'],
  ['amanhã', 'date_not_understood'],
  ['01/07/25', 'date_not_understood'],
  ['2025-7-1', 'date_not_understood'],
  ['2025-07-01T10', 'date_not_understood'],
  ['2025-07-01T10:00:00Zulu', 'date_not_understood'],
  ['45839', 'date_not_understood'],
])('%s is refused as %s', (text, code) => {
  expect(read(text)).toBe(code);
});

test('where clocks are turned, the skipped hour comes later and of the doubled one the first is meant', () => {
  // On 4 November 2018 São Paulo went from 0:00 to 1:00; on 18 February 2018 from 0:00 back to 23:00.
  expect(read('04/11/2018')).toBe('2018-11-04T03:00:00.000Z');
  expect(read('2018-11-04T00:30')).toBe('2018-11-04T03:30:00.000Z');
  expect(read('2018-02-17T23:30')).toBe('2018-02-18T01:30:00.000Z');
  expect(read('2018-01-01T12:00')).toBe('2018-01-01T14:00:00.000Z');
  expect(read('2018-01-01T12:00', RECIFE)).toBe('2018-01-01T15:00:00.000Z');
});

/** What Temporal itself makes of it. */
function asked(text: string, zone: string): string {
  try {
    const wall = Temporal.PlainDateTime.from(text, { overflow: 'reject' });
    return wall.toZonedDateTime(zone).toInstant().toString({ smallestUnit: 'millisecond' });
  } catch (error) {
    if (error instanceof RangeError) return 'date_impossible';
    throw error;
  }
}

test.each([
  'America/Sao_Paulo',
  'America/Recife',
  'America/New_York',
  'Africa/Casablanca',
  'Antarctica/Troll',
  'Asia/Manila',
  'Asia/Tehran',
  'Australia/Lord_Howe',
  'Europe/Dublin',
  'Pacific/Apia',
  'UTC',
])('in %s every hour of the days around each turn of the clocks is the instant that Temporal names', (zone) => {
  const [first, last] = [Temporal.PlainDate.from('1840-01-01'), Temporal.PlainDate.from('2045-01-01')];
  const hours: Temporal.PlainDateTime[] = [];
  let at: Temporal.ZonedDateTime | null = first.toZonedDateTime(zone);
  while (at !== null && Temporal.PlainDate.compare(at.toPlainDate(), last) < 0) {
    const turned: Temporal.PlainDateTime = at.toPlainDateTime();
    hours.push(...Array.from({ length: 145 }, (_, hour) => turned.add({ minutes: (hour - 72) * 60 + 7 })));
    at = at.getTimeZoneTransition('next');
  }
  const texts = hours.map((hour) => hour.toString({ smallestUnit: 'second' }));
  expect(texts.filter((text) => read(text, zone) !== asked(text, zone))).toEqual([]);
});

test('whatever the numbers of a date are, it is what Temporal makes of them, or refused as it refuses', () => {
  const { below, pick } = random(1);
  const two = (limit: number) => String(below(limit)).padStart(2, '0');
  const zones = [SAO_PAULO, 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];
  const differing = Array.from({ length: 50_000 }, () => {
    // What Temporal writes of years beyond four digits is not compared.
    const year = String(below(9998) + 1).padStart(4, '0');
    const offset = `${below(2) === 0 ? '+' : '-'}${two(26)}:${two(62)}`;
    const text = `${year}-${two(14)}-${two(33)}T${two(25)}:${two(61)}:${two(60)}.${below(1000)}`;
    const zone = below(3) === 0 ? offset : pick(zones);
    const written = zone === offset ? `${text}${offset}` : text;
    return read(written, zone) === asked(text, zone) ? [] : [written, zone];
  }).filter((found) => found.length > 0);
  expect(differing).toEqual([]);
});

test('the local text leads back to the very instant, also in the hour that comes twice', () => {
  expect(localText('2025-07-01T13:00:00.000Z', SAO_PAULO)).toBe('2025-07-01T10:00:00');
  expect(localText('2025-07-01T13:00:00.250Z', SAO_PAULO)).toBe('2025-07-01T10:00:00.25');
  expect(localText('2018-02-18T02:30:00.000Z', SAO_PAULO)).toBe('2018-02-17T23:30:00-03:00');
  const hours = Array.from({ length: 24 * 365 }, (_, hour) => new Date(Date.UTC(2018, 0, 1, hour)).toISOString());
  expect(hours.filter((at) => read(localText(at, SAO_PAULO)) !== at)).toEqual([]);
});

test('a day is as long as its clocks say', () => {
  expect(dayAfter('2018-11-03T03:00:00.000Z', SAO_PAULO)).toBe('2018-11-04T03:00:00.000Z');
  expect(dayAfter('2018-11-04T03:00:00.000Z', SAO_PAULO)).toBe('2018-11-05T02:00:00.000Z');
});
