import type { Delivery } from '../aws/each-message.ts';
import { pause } from '../pause.ts';
import { SourceFailed } from '../media/source-failed.ts';
import { LEASE_SECONDS, type Attempt, type AttemptsTable } from './attempts/table.ts';

type Deps = { attempts: Pick<AttemptsTable, 'renew'>; now: () => Date };

/** A third of the lease: two renewals may fail before anybody else takes over. */
const RENEW_MS = (LEASE_SECONDS * 1000) / 3;
/** Kept for saying how it ended before Lambda ends the run. */
const LAST_WORDS_MS = 15_000;

/**
 * Does the work while renewing, each 10 s, the attempt's lease and its message's invisibility, so that both end within 30 s of
 * this process's death. The work's signal is aborted when the hold is lost or the time of the run is up.
 */
export async function keepHold(
  app: Deps,
  attempt: Attempt,
  delivery: Delivery,
  remaining: () => number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stop = new AbortController();
  const over = new AbortController();
  const timeUp = setTimeout(
    () => stop.abort(new SourceFailed('too_slow', 'the run ended before the transfer')),
    Math.max(0, remaining() - LAST_WORDS_MS),
  );
  const renewing = renew(app, attempt, delivery, over.signal).catch((error: unknown) => stop.abort(error));
  try {
    await work(stop.signal);
  } catch (error) {
    // The reason for the abort says more than the broken pipe it caused.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    clearTimeout(timeUp);
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
