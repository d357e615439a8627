export type Turns<T> = { take(): Promise<T>; give(one: T): void };

/** At most so many, made when first needed, each in one hand at a time; whoever comes too late waits. */
export function takingTurns<T>(most: number, make: () => T): Turns<T> {
  const spare: T[] = [];
  const waiting: ((one: T) => void)[] = [];
  let made = 0;
  return {
    async take() {
      // The one used last is the least likely to have been closed by the other side.
      const one = spare.pop();
      if (one !== undefined) return one;
      if (made >= most) return new Promise((resolve) => waiting.push(resolve));
      made += 1;
      return make();
    },
    give(one) {
      const next = waiting.shift();
      if (next === undefined) spare.push(one);
      else next(one);
    },
  };
}
