const SHORTEST_MS = 500;

/** Full jitter: anything up to a bound that doubles, so that thousands who lost the same server do not come back together. */
export function backOff(failures: number, longestMs: number): number {
  return Math.random() * Math.min(longestMs, SHORTEST_MS * 2 ** failures);
}

/** Sleeps until the time is over or somebody rings. */
export function alarmClock() {
  let ring = () => {};
  return {
    sleep: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(() => ring(), ms);
        ring = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    ring: () => ring(),
  };
}
