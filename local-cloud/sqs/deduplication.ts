import { Heap } from './heap.ts';

const WINDOW_MS = 300_000;

type Deduplicated = { id: string; seq: number; sentAt: number; deduplicationKey?: string | undefined };
export type Remembered = { key: string; id: string; seq: number; until: number };

/** What a FIFO queue must know of a message for as long as it may be sent again by mistake; null: nothing. */
export function rememberedOf({ id, seq, sentAt, deduplicationKey: key }: Deduplicated): Remembered | null {
  return key === undefined ? null : { key, id, seq, until: sentAt + WINDOW_MS };
}

/** The messages of the last five minutes that a repeated send must not add again. */
export class Deduplication {
  readonly #byKey = new Map<string, Remembered>();
  readonly #byAge = new Heap<Remembered>((a, b) => a.until < b.until);

  /** Which of the messages are new; and for each of them, new or not, the one that counts. */
  sift<M extends Deduplicated>(messages: M[], now: number): { fresh: M[]; sent: { id: string; seq: number }[] } {
    this.#forgetBefore(now);
    const fresh: M[] = [];
    const keys = new Map<string, M>();
    const sent = messages.map((message) => {
      const key = message.deduplicationKey;
      const known = key === undefined ? undefined : (this.#byKey.get(key) ?? keys.get(key));
      if (known !== undefined) return known;
      if (key !== undefined) keys.set(key, message);
      fresh.push(message);
      return message;
    });
    return { fresh, sent };
  }

  remember(messages: (Remembered | null)[]): void {
    for (const message of messages) {
      if (message === null) continue;
      this.#byKey.set(message.key, message);
      this.#byAge.push(message);
    }
  }

  values(): Remembered[] {
    return [...this.#byKey.values()];
  }

  #forgetBefore(now: number): void {
    for (let oldest = this.#byAge.peek(); oldest !== undefined && oldest.until <= now; oldest = this.#byAge.peek()) {
      this.#byAge.remove(oldest);
      if (this.#byKey.get(oldest.key) === oldest) this.#byKey.delete(oldest.key);
    }
  }
}
