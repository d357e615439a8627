import { setTimeout as sleep } from 'node:timers/promises';

export const TIMED_OUT = Symbol('timed out');

/** What `work` resolves to, or TIMED_OUT after `ms`; the work itself goes on, as a Lambda does behind a gateway that gave up. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T | typeof TIMED_OUT> {
  const done = new AbortController();
  const timer = sleep(ms, TIMED_OUT, { signal: done.signal });
  timer.catch(() => undefined);
  try {
    return await Promise.race([work, timer]);
  } finally {
    done.abort();
  }
}
