import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSchedule } from './schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let times: string[];
let schedules: { stop(): void }[];

beforeEach(() => {
  // A Monday.
  vi.useFakeTimers({ now: new Date('2026-11-23T10:00:30Z') });
  times = [];
  schedules = [];
});
afterEach(() => {
  for (const schedule of schedules) schedule.stop();
  vi.useRealTimers();
});

function start(expression: string, more: Partial<Parameters<typeof startSchedule>[0]> = {}) {
  const run = () => void times.push(new Date().toISOString().replace(':00.000Z', '').replace('.000Z', ''));
  const schedule = startSchedule({ expression, run, log: () => undefined, ...more });
  schedules.push(schedule);
  return schedule;
}

test('a rate fires first one interval after the start, and then without drifting', () => {
  start('rate(1 minute)');
  vi.advanceTimersByTime(MINUTE - 1);
  expect(times).toEqual([]);
  vi.advanceTimersByTime(2 * MINUTE);
  expect(times).toEqual(['2026-11-23T10:01:30', '2026-11-23T10:02:30']);
});

test.each([
  ['rate(5 minutes)', 15 * MINUTE, 3],
  ['rate(2 hours)', 5 * HOUR, 2],
  ['rate(30 days)', 61 * DAY, 2],
])('%s is kept', (expression, passed, runs) => {
  start(expression);
  vi.advanceTimersByTime(passed);
  expect(times).toHaveLength(runs);
});

test.each([
  ['cron(0 12 * * ? *)', ['2026-11-23T12:00', '2026-11-24T12:00']],
  ['cron(0/20 10 ? * MON *)', ['2026-11-23T10:20', '2026-11-23T10:40', '2026-11-30T10:00']],
  [
    'cron(15 8 ? * 2-6 *)',
    ['2026-11-24T08:15', '2026-11-25T08:15', '2026-11-26T08:15', '2026-11-27T08:15', '2026-11-30T08:15'],
  ],
  ['cron(0 0 L * ? *)', ['2026-11-30T00:00', '2026-12-31T00:00']],
  ['cron(0 9 6W DEC ? 2026)', ['2026-12-07T09:00']],
  ['cron(0 9 ? * 6L *)', ['2026-11-27T09:00', '2026-12-25T09:00']],
  ['cron(0 9 ? * MON#1 *)', ['2026-12-07T09:00', '2027-01-04T09:00']],
  ['cron(0 9 ? 12 L *)', ['2026-12-05T09:00', '2026-12-12T09:00']],
  ['cron(0 0 1 1 ? 2027)', ['2027-01-01T00:00']],
])('%s fires at its times', (expression, expected) => {
  start(expression);
  vi.advanceTimersByTime(Math.max(7 * DAY, new Date(`${expected.at(-1)}:00Z`).getTime() - Date.now()));
  expect(times.slice(0, expected.length)).toEqual(expected);
});

test('a time zone moves the hours, summer time included', () => {
  start('cron(0 9 1 12,7 ? *)', { timezone: 'Europe/Lisbon' });
  start('cron(30 9 1 12,7 ? *)', { timezone: 'America/Sao_Paulo' });
  vi.advanceTimersByTime(250 * DAY);
  expect(times).toEqual(['2026-12-01T09:00', '2026-12-01T12:30', '2027-07-01T08:00', '2027-07-01T12:30']);
});

test('a single time fires once, and one that has passed never', () => {
  start('at(2026-11-23T08:30:00)', { timezone: 'America/Sao_Paulo' });
  start('at(2026-11-23T09:00:00)');
  vi.advanceTimersByTime(DAY);
  expect(times).toEqual(['2026-11-23T11:30']);
});

test('a run that throws is logged, and the next one comes', () => {
  const lines: string[] = [];
  const run = vi.fn<() => void>(() => {
    throw new Error('no');
  });
  start('rate(1 minute)', { run, log: (line) => void lines.push(line) });
  vi.advanceTimersByTime(2 * MINUTE);
  expect(run).toHaveBeenCalledTimes(2);
  expect(lines).toEqual(['schedule rate(1 minute): Error: no', 'schedule rate(1 minute): Error: no']);
});

test('times missed in a sleep are made up for once', () => {
  start('rate(1 minute)');
  vi.setSystemTime(Date.now() + HOUR);
  vi.advanceTimersByTime(MINUTE);
  expect(times).toHaveLength(1);
});

test('what is stopped fires no more', () => {
  start('rate(1 minute)').stop();
  vi.advanceTimersByTime(HOUR);
  expect(times).toEqual([]);
});

test.each([
  ['every day', 'neither'],
  ['rate(0 minutes)', 'whole number'],
  ['rate(10 seconds)', 'whole number'],
  ['cron(0 12 * * ?)', 'six fields'],
  ['cron(0 12 * * * *)', 'exactly one'],
  ['cron(0 12 ? * ? *)', 'exactly one'],
  ['cron(61 12 * * ? *)', '61'],
  ['cron(0 12 LW * ? *)', 'day-of-month field "LW"'],
  ['cron(0 12 ? * MON/2 *)', 'day-of-week field "MON/2"'],
  ['cron(? 12 * * ? *)', 'minutes field "?"'],
  ['at(2026-11-23)', 'yyyy-mm-dd'],
  ['at(2026-13-23T10:00:00)', '2026-13-23'],
])('%s is refused by name', (expression, why) => {
  expect(() => start(expression)).toThrow(
    expect.objectContaining({ name: 'BadScheduleExpression', message: expect.stringContaining(why) }),
  );
  expect(() => start(expression)).toThrow(expression);
});

test('a time zone that does not exist is refused by name', () => {
  expect(() => start('cron(0 12 * * ? *)', { timezone: 'Mars/Olympus' })).toThrow('Mars/Olympus');
});
