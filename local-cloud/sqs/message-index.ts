import type { Backlog } from './backlog.ts';
import { Heap } from './heap.ts';
import type { Entry } from './queue-log.ts';

/** Which messages of a queue are visible, delayed or in flight, and until when. Every step is O(log n). */
export class MessageIndex {
  readonly #backlog: Backlog<Entry>;
  readonly #byId = new Map<string, Entry>();
  /** Delayed and in flight, by when they become visible. */
  readonly #later = new Heap<Entry>(
    (a, b) => a.availableAt < b.availableAt || (a.availableAt === b.availableAt && a.seq < b.seq),
  );
  readonly #byAge = new Heap<Entry>((a, b) => a.sentAt < b.sentAt);
  #inFlight = 0;
  #bytes = 0;

  constructor(backlog: Backlog<Entry>) {
    this.#backlog = backlog;
  }

  /** What the messages take in the journal. */
  get bytes(): number {
    return this.#bytes;
  }

  counts(): { visible: number; inFlight: number; delayed: number } {
    return { visible: this.#backlog.size, inFlight: this.#inFlight, delayed: this.#later.size - this.#inFlight };
  }

  find(id: string): Entry | undefined {
    return this.#byId.get(id);
  }

  entries(): Entry[] {
    return [...this.#byId.values()];
  }

  /** When the next message becomes visible. */
  dueInMs(now: number): number | undefined {
    const due = this.#later.peek()?.availableAt;
    return due === undefined ? undefined : due - now;
  }

  add(entry: Entry, now: number): void {
    this.#byId.set(entry.id, entry);
    this.#byAge.push(entry);
    this.#bytes += entry.place.length;
    if (entry.availableAt <= now) this.#show(entry);
    else this.#hide(entry, 'delayed', entry.availableAt);
  }

  /** Makes visible what has become due. */
  advance(now: number): void {
    for (let due = this.#later.peek(); due !== undefined && due.availableAt <= now; due = this.#later.peek()) {
      this.#unhide(due);
      this.#show(due);
    }
  }

  /** Removes the messages sent at that time or before, and returns them. */
  expire(time: number): Entry[] {
    const expired: Entry[] = [];
    for (let oldest = this.#byAge.peek(); oldest !== undefined && oldest.sentAt <= time; oldest = this.#byAge.peek()) {
      this.remove(oldest);
      expired.push(oldest);
    }
    return expired;
  }

  /** Takes out the next visible messages: each must be flown, put back or removed before anything else happens. */
  take(max: number): Entry[] {
    const taken = this.#backlog.take(max);
    for (const entry of taken) entry.state = 'taken';
    return taken;
  }

  fly(entry: Entry, until: number): void {
    this.#inFlight += 1;
    this.#hide(entry, 'in flight', until);
  }

  putBack(entry: Entry): void {
    this.#backlog.settle(entry);
    this.#show(entry);
  }

  reschedule(entry: Entry, availableAt: number): void {
    entry.availableAt = availableAt;
    this.#later.update(entry);
  }

  remove(entry: Entry): void {
    if (entry.state === 'visible') this.#backlog.remove(entry);
    else if (entry.state === 'taken') this.#backlog.settle(entry);
    else this.#unhide(entry);
    this.#byId.delete(entry.id);
    this.#byAge.remove(entry);
    this.#bytes -= entry.place.length;
  }

  #show(entry: Entry): void {
    entry.state = 'visible';
    this.#backlog.add(entry);
  }

  #hide(entry: Entry, state: 'delayed' | 'in flight', until: number): void {
    entry.state = state;
    entry.availableAt = until;
    this.#later.push(entry);
  }

  #unhide(entry: Entry): void {
    this.#later.remove(entry);
    if (entry.state !== 'in flight') return;
    this.#inFlight -= 1;
    this.#backlog.settle(entry);
  }
}
