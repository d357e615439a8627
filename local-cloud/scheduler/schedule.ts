import { parseScheduleExpression } from './schedule-expression.ts';

// A longer delay would overflow setTimeout's 31 bits, and fire at once.
const LONGEST_WAIT_MS = 2 ** 31 - 1;

type ScheduleOptions = {
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  expression: string;
  /** An IANA name; UTC when absent. Rates have no use for it. */
  timezone?: string;
  run: () => void;
  now?: () => Date;
  log?: (line: string) => void;
};

/**
 * Calls `run` as EventBridge Scheduler would: a rate for the first time one interval from now. Times missed while the
 * machine slept are made up for by one call. Throws BadScheduleExpression.
 */
export function startSchedule(options: ScheduleOptions): { stop(): void } {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? console.log;
  const next = parseScheduleExpression(options.expression, options.timezone ?? 'UTC', now());
  let timer: NodeJS.Timeout | undefined;

  const waitFor = (due: Date | null): void => {
    if (due === null) {
      log(`schedule ${options.expression}: nothing left to come`);
      return;
    }
    const left = due.getTime() - now().getTime();
    if (left > 0) timer = setTimeout(() => waitFor(due), Math.min(left, LONGEST_WAIT_MS));
    else fire();
  };
  const fire = (): void => {
    waitFor(next(now()));
    try {
      options.run();
    } catch (error) {
      log(`schedule ${options.expression}: ${String(error)}`);
    }
  };
  waitFor(next(now()));
  return { stop: () => clearTimeout(timer) };
}
