import type { Delivery } from '../aws/each-message.ts';
import { OutOfTime } from '../media/interruptions.ts';
import { pause } from '../pause.ts';
import { LEASE_SECONDS, type Attempt, type AttemptsTable } from './attempts/table.ts';

type Deps = { attempts: Pick<AttemptsTable, 'renew'>; now: () => Date };

/** A third of the lease: two renewals may fail before anybody else takes over. */
const RENEW_MS = (LEASE_SECONDS * 1000) / 3;
/** Before Lambda ends the run, time to finish what is under way, and to hand over. */
const CLOSING_MS = 60_000;
const LAST_WORDS_MS = 15_000;

/** `closing`: the end of the run is near, begin nothing more. `signal`: stop now, for its reason. */
export type Hold = { closing: AbortSignal; signal: AbortSignal };

/**
 * Does the work while renewing, each 10 s, the attempt's lease and its message's invisibility, so that both end within 30 s of
 * this process's death. The work is stopped when the hold is lost (AttemptLost) or the time of the run is up (OutOfTime).
 */
export async function keepHold(
  app: Deps,
  attempt: Attempt,
  delivery: Delivery,
  remaining: () => number,
  work: (hold: Hold) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const closing = new AbortController();
  const over = new AbortController();
  const timers = [
    setTimeout(() => closing.abort(), Math.max(0, remaining() - CLOSING_MS)),
    setTimeout(() => stop.abort(new OutOfTime('the run ends')), Math.max(0, remaining() - LAST_WORDS_MS)),
  ];
  const renewing = renew(app, attempt, delivery, over.signal).catch((error: unknown) => stop.abort(error));
  try {
    await work({ closing: closing.signal, signal: stop.signal });
  } catch (error) {
    // A lost hold says more than the broken pipe it caused; an end of time may have got a better name on its way.
    throw stop.signal.aborted && !(stop.signal.reason instanceof OutOfTime) ? stop.signal.reason : error;
  } finally {
    for (const timer of timers) clearTimeout(timer);
    over.abort();
    await renewing;
  }
}

async function renew(app: Deps, attempt: Attempt, delivery: Delivery, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await delivery.hide(LEASE_SECONDS);
    await app.attempts.renew(attempt, app.now());
    await pause(RENEW_MS, over);
  }
}
