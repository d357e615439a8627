export type Buffers = {
  /** Resolves when there is one to fill; nobody else has it until it is given back. */
  take(): Promise<Buffer>;
  give(buffer: Buffer): void;
};

/** Buffers of one size, made when first needed and used again and again: never more than `count()`, whatever flows through them. */
export function buffers(size: number, count: () => number): Buffers {
  const spare: Buffer[] = [];
  const waiting: ((buffer: Buffer) => void)[] = [];
  let made = 0;
  return {
    async take() {
      const buffer = spare.pop();
      if (buffer !== undefined) return buffer;
      if (made >= count()) return new Promise((resolve) => waiting.push(resolve));
      made += 1;
      return Buffer.allocUnsafeSlow(size);
    },
    give(buffer) {
      const next = waiting.shift();
      if (next === undefined) spare.push(buffer);
      else next(buffer);
    },
  };
}
