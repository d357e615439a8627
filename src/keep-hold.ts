import type { Delivery } from './aws/each-message.ts';
import { pause } from './pause.ts';

/** The time of this run ended first. What was done stays; another run goes on from there. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/** A worker's exclusive hold on what it works at: `renew` makes it last `seconds` from now, and throws when it is lost. */
export type Lease = { seconds: number; renew: () => Promise<void> };

/** Before Lambda ends the run, time to finish what is under way, and to hand over. */
const CLOSING_MS = 60_000;
const LAST_WORDS_MS = 15_000;

/** `closing`: the end of the run is near, begin nothing more. `signal`: stop now, for its reason. */
export type Hold = { closing: AbortSignal; signal: AbortSignal };

/**
 * Does the work while renewing the lease and its message's invisibility, so that both end soon after this process's death. The work
 * is stopped when the hold is lost, for the reason that `renew` gives, or the time of the run is up (OutOfTime).
 */
export async function keepHold(
  lease: Lease,
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
  const renewing = renew(lease, delivery, over.signal).catch((error: unknown) => stop.abort(error));
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

async function renew(lease: Lease, delivery: Delivery, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await delivery.hide(lease.seconds);
    await lease.renew();
    // Two renewals may fail before anybody else takes over.
    await pause((lease.seconds * 1000) / 3, over);
  }
}
