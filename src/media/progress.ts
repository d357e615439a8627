/** The average forgets: what happened this many milliseconds ago weighs 1/e of what happens now. */
const MEMORY = 5_000;
/** Shorter intervals measure the scheduler, not the network. */
const SHORTEST = 100;

export type Pace = { /** Bytes per second. */ speed: number | null; /** Seconds to the end. */ eta: number | null };

/** Tells the pace of a transfer from how far it is: call it again and again, also when nothing moved. */
export function speedometer(now: () => Date): (bytes: number, total: number | null) => Pace {
  let last: { at: number; bytes: number } | null = null;
  let average = 0;
  let weight = 0;
  return (bytes, total) => {
    const at = now().getTime();
    if (last === null || at < last.at) last = { at, bytes };
    const elapsed = at - last.at;
    if (elapsed >= SHORTEST) {
      const keep = Math.exp(-elapsed / MEMORY);
      average = average * keep + ((bytes - last.bytes) / elapsed) * 1_000 * (1 - keep);
      // Starts as a plain average instead of climbing up from zero.
      weight = weight * keep + (1 - keep);
      last = { at, bytes };
    }
    if (weight === 0) return { speed: null, eta: null };
    const speed = Math.round(average / weight);
    return { speed, eta: total === null || speed === 0 ? null : Math.ceil(Math.max(0, total - bytes) / speed) };
  };
}
