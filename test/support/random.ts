/** The same numbers for the same seed: what fails once fails again. */
export function random(seed: number) {
  let state = seed + 1;

  /** From 0 up to but not including `below`. */
  function below(below: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  return {
    below,
    pick: <T>(choices: readonly T[]): T => choices[below(choices.length)] as T,
    times: <T>(most: number, make: () => T): T[] => Array.from({ length: below(most + 1) }, make),
  };
}
export type Random = ReturnType<typeof random>;
