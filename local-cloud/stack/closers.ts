/** What was opened, to be closed in the opposite order. */
export type Closers = {
  add(close: () => unknown): void;
  /** Closes everything once, however often it is called; one that fails does not keep the others open. */
  close(): Promise<void>;
};

export function createClosers(log: (line: string) => void): Closers {
  const open: (() => unknown)[] = [];
  let closing: Promise<void> | undefined;
  async function closeAll(): Promise<void> {
    for (let close = open.pop(); close !== undefined; close = open.pop())
      try {
        await close();
      } catch (error) {
        log(`while stopping: ${String(error)}`);
      }
  }
  return {
    add: (close) => open.push(close),
    close: () => (closing ??= closeAll()),
  };
}

/** Does `work` now and then each `everyMs`, never twice at once, until it is stopped. */
export function repeat(
  everyMs: number,
  work: () => Promise<unknown>,
  log: (line: string) => void,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const run = (): void => {
    running ??= work()
      .then(
        () => undefined,
        (error: unknown) => log(String(error)),
      )
      .finally(() => {
        running = undefined;
      });
  };
  run();
  const timer = setInterval(run, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
