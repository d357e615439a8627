const MAX_TIMER_MS = 2_147_483_647;

type Wanted = { max: number; visibilityMs?: number | undefined; signal?: AbortSignal | undefined };
type Receiver<T> = { wanted: Wanted; answer: (messages: T[]) => void };
type Source<T> = { take: (wanted: Wanted) => T[]; dueInMs: () => number | undefined };

/** The long polls waiting at a queue, first come first served. One that is given up gets nothing. */
export class Receivers<T> {
  readonly #source: Source<T>;
  readonly #waiting = new Set<Receiver<T>>();
  #wake: NodeJS.Timeout | undefined;

  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** Resolves with the first messages to come, or with none once the time is over or the caller has gone. */
  wait(wanted: Wanted, waitMs: number): Promise<T[]> {
    return new Promise((resolve) => {
      const giveUp = (): void => receiver.answer([]);
      const timer = setTimeout(giveUp, waitMs);
      const receiver: Receiver<T> = {
        wanted,
        answer: (messages) => {
          this.#waiting.delete(receiver);
          clearTimeout(timer);
          wanted.signal?.removeEventListener('abort', giveUp);
          resolve(messages);
        },
      };
      wanted.signal?.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(receiver);
      this.#wakeWhenDue();
    });
  }

  /** Hands out what is there, and comes back when the next message becomes visible. */
  serve(): void {
    for (const receiver of this.#waiting) {
      const messages = this.#source.take(receiver.wanted);
      if (messages.length === 0) break;
      receiver.answer(messages);
    }
    this.#wakeWhenDue();
  }

  dismiss(): void {
    clearTimeout(this.#wake);
    for (const receiver of this.#waiting) receiver.answer([]);
  }

  #wakeWhenDue(): void {
    clearTimeout(this.#wake);
    const dueInMs = this.#waiting.size === 0 ? undefined : this.#source.dueInMs();
    if (dueInMs !== undefined)
      this.#wake = setTimeout(() => this.serve(), Math.min(Math.max(dueInMs, 1), MAX_TIMER_MS));
  }
}
