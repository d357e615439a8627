import { Cron } from 'croner';

/** The first time after `after` at which it is due; null when there is none any more. */
export type Occurrences = (after: Date) => Date | null;

/** An expression that EventBridge Scheduler would not take, or that the local cloud cannot keep to; its message names it. */
class BadScheduleExpression extends Error {
  override readonly name = 'BadScheduleExpression';
  constructor(expression: string, why: string, options?: ErrorOptions) {
    super(`Schedule expression ${expression}: ${why}`, options);
  }
}

const UNITS = new Map([
  ['minute', 60_000],
  ['hour', 3_600_000],
  ['day', 86_400_000],
]);

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#cron-based
const FIELDS = [
  { name: 'minutes', form: /^[\d,*/-]+$/, last: '59' },
  { name: 'hours', form: /^[\d,*/-]+$/, last: '23' },
  { name: 'day-of-month', form: /^(\?|L|\d{1,2}W|[\d,*/-]+)$/, last: '31' },
  { name: 'month', form: /^[\dA-Z,*/-]+$/i, last: '12' },
  { name: 'day-of-week', form: /^(\?|L|[\dA-Z]+(L|#[1-5])|[\dA-Z,*-]+)$/i, last: '7' },
  { name: 'year', form: /^[\d,*/-]+$/, last: '2199' },
] as const;

/** Reads `rate(…)`, `cron(…)` or `at(…)`, whose rates begin at `start`. Throws BadScheduleExpression. */
export function parseScheduleExpression(expression: string, timezone: string, start: Date): Occurrences {
  const [, kind = '', body = ''] = /^(rate|cron|at)\((.*)\)$/.exec(expression) ?? [];
  try {
    if (kind === 'rate') return rate(body, start);
    if (kind === 'cron') return calendar(cronPattern(body), timezone);
    if (kind === 'at') return calendar(instant(body), timezone);
  } catch (error) {
    throw new BadScheduleExpression(expression, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  throw new BadScheduleExpression(expression, 'it is neither rate(…) nor cron(…) nor at(…)');
}

function rate(body: string, start: Date): Occurrences {
  const [, value, unit = ''] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(body) ?? [];
  const unitMs = UNITS.get(unit);
  if (value === undefined || unitMs === undefined)
    throw new Error('a rate is a whole number of minutes, hours or days');
  const interval = Number(value) * unitMs;
  return (after) => {
    const intervals = Math.floor((after.getTime() - start.getTime()) / interval) + 1;
    return new Date(start.getTime() + intervals * interval);
  };
}

function instant(body: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body)) throw new Error('a time is written yyyy-mm-ddThh:mm:ss');
  return body;
}

function calendar(pattern: string, timezone: string): Occurrences {
  const cron = new Cron(pattern, { timezone, paused: true, alternativeWeekdays: true, domAndDow: true });
  // A time zone that does not exist shows only when it is used.
  cron.nextRun();
  return (after) => cron.nextRun(after);
}

/** AWS's six fields as croner's seven. */
function cronPattern(body: string): string {
  const fields = body.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) throw new Error('a cron expression has six fields');
  const translated = FIELDS.map(({ name, form, last }, i) => {
    const field = fields[i] ?? '';
    if (!form.test(field)) throw new Error(`the ${name} field "${field}" is not understood`);
    if (field === '?') return '*';
    // The last day of the week is a Saturday; croner knows a last one only of the month.
    if (name === 'day-of-week' && field === 'L') return last;
    // `5/15` means from 5 on, each 15.
    return field.replace(/(^|,)(\d+)\//g, `$1$2-${last}/`);
  });
  const [dayOfMonth, dayOfWeek] = [fields[2], fields[4]];
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error('exactly one of day-of-month and day-of-week must be "?"');
  }
  return ['0', ...translated].join(' ');
}
