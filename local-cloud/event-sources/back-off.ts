import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_MS = 100;
const MAX_MS = 5000;

/** Waits longer from call to call; returns at once, false, when aborted. */
export function backOff(signal: AbortSignal): { nextMs(): number; wait(): Promise<boolean> } {
  let delay = FIRST_MS / 2;
  return {
    nextMs: () => Math.min(delay * 2, MAX_MS),
    async wait() {
      delay = Math.min(delay * 2, MAX_MS);
      return pause(delay, signal);
    },
  };
}

/** Waits; false when aborted before the time was over. */
export async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return sleep(ms, true, { signal }).catch(() => false);
}

/** Waits for the promises, but no longer than that. */
export async function settleWithin(ms: number, promises: Iterable<Promise<unknown>>): Promise<void> {
  const late = new AbortController();
  await Promise.race([Promise.allSettled(promises), sleep(ms, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
