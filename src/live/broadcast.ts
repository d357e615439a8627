import { log } from '../aws/log.ts';
import type { CensusTable } from '../channels/census/table.ts';
import { pause } from '../pause.ts';
import { LeaseLost, SHOWN, showSnapshots, type ShowDeps, type Showing, type Watched } from './show-snapshots.ts';
import type { BroadcastStart } from './wake-broadcaster.ts';

const LOOK_MS = 250;
const CENSUS_MS = 1_000;
const RENEW_MS = 3_000;
/** An index may not know yet of the listener who woke us; and one who reloads a page comes back. */
const GRACE_MS = 5_000;
/** A successor is asked for after so long, or when the function's own time runs out. */
const TERM_MS = 10 * 60_000;
const HAND_OVER_MS = 45_000;
const LAST_WORDS_MS = 5_000;

export type BroadcastDeps = ShowDeps & {
  census: Pick<CensusTable, 'anybodyOn'>;
  /** Starts another broadcaster, and does not wait for it. */
  start: (input: BroadcastStart) => Promise<void>;
};

/**
 * Publishes snapshots while somebody watches: queue and stats when they have changed, the dashboard each 3 s, presence when it
 * changes. It alone does, by a lease, so that an older snapshot never lands last; before its time is up it hands over.
 */
export async function broadcast(app: BroadcastDeps, input: BroadcastStart, remaining: () => number): Promise<void> {
  if (input.woken !== true && input.predecessor === undefined && (await watchedNow(app)).size === 0) return;
  const token = await app.lease.take(input.predecessor ?? null, app.now());
  if (token === null) return;
  // What the predecessor has under way lands first.
  if (input.predecessor !== undefined) await pause(LOOK_MS, new AbortController().signal);
  const show = showSnapshots(app, token);
  try {
    await keepOn(app, token, show, remaining);
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    log.info('another broadcaster goes on');
  } finally {
    await show.settled();
  }
}

async function keepOn(app: BroadcastDeps, token: string, show: Showing, remaining: () => number): Promise<void> {
  const never = new AbortController().signal;
  const began = app.now().getTime();
  let watchedAt = began;
  let countedAt = 0;
  let renewedAt = began;
  let askedSuccessor = false;
  let watched: Watched = new Set();
  for (;;) {
    const now = app.now().getTime();
    if (now - countedAt >= CENSUS_MS) {
      countedAt = now;
      watched = await watchedNow(app);
      if (watched.size > 0) watchedAt = now;
    }
    if (now - watchedAt >= GRACE_MS) {
      await app.lease.release(token);
      // Somebody who came between the count and the release found the lease held, and woke nobody.
      if ((await watchedNow(app)).size === 0) return;
      return app.start({ woken: true });
    }
    if (now - renewedAt >= RENEW_MS) {
      renewedAt = now;
      if (!(await app.lease.renew(token, app.now()))) throw new LeaseLost();
    }
    if (!askedSuccessor && (now - began >= TERM_MS || remaining() < HAND_OVER_MS)) {
      askedSuccessor = true;
      await app.start({ predecessor: token });
    }
    // Its successor never came: the schedule starts another.
    if (remaining() < LAST_WORDS_MS) return app.lease.release(token);
    await show.look(watched).catch(unlessLost);
    await pause(Math.max(0, LOOK_MS - (app.now().getTime() - now)), never);
  }
}

/** One failed look is not the end: the next may succeed. */
function unlessLost(error: unknown): void {
  if (error instanceof LeaseLost) throw error;
  log.warn('a look failed', { error });
}

async function watchedNow(app: BroadcastDeps): Promise<Watched> {
  const heard = await Promise.all(SHOWN.map((kind) => app.census.anybodyOn(kind, app.now())));
  return new Set(SHOWN.filter((_, index) => heard[index]));
}
