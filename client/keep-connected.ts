import type { ClientMessage } from '../contract/client-message.ts';
import { alarmClock, backOff } from './back-off.ts';
import { openWebSocket, type Connection } from './web-socket.ts';
import type { Settings } from './settings.ts';

/** A connection that lived shorter than this counts as one more failure: a server that greets and falls is not to be stormed. */
const STEADY_MS = 10_000;
/** Until somebody rings; a day is as good as for ever. */
const IDLE_MS = 24 * 60 * 60_000;
const RENEWAL_JITTER = 0.05;

type Owner = {
  /** Where to connect; `attempt` counts up while there is no connection. Null: nobody wants to listen now. */
  address(attempt: number): string | null;
  /** `isNewest` is false for what a connection says that was already followed by another. */
  hear(message: unknown, isNewest: boolean): void;
  greeted(): void;
  changed(): void;
  /** The shortest wait before the next try, after so many that were not greeted. */
  failed(inARow: number): number;
};

export type Keeper = {
  isLive(): boolean;
  /** When the next try is due; null while one is under way, or none is needed. */
  nextTryAt(): Date | null;
  say(message: ClientMessage): void;
  /** Tries at once, or makes sure that what seems alive is. */
  wake(): void;
  /** Ends the connection; another is made when there is an address again. */
  drop(): void;
  close(): void;
};

/**
 * Keeps one WebSocket alive until it is closed: reconnects without giving up, and long before API Gateway's limit opens a second one,
 * which must have been greeted before the first is let go.
 */
export function keepConnected(owner: Owner, settings: Settings): Keeper {
  const { timing } = settings;
  const open = new Set<Connection>();
  const clock = alarmClock();
  let current: Connection | null = null;
  let newest: Connection | null = null;
  let nextTryAt: Date | null = null;
  let closed = false;

  async function keep(): Promise<void> {
    for (let failures = 0, ungreeted = 0; ;) {
      if (closed) return;
      nextTryAt = null;
      const url = owner.address(current === null ? failures : 0);
      if (url === null) {
        await clock.sleep(IDLE_MS);
        continue;
      }
      owner.changed();
      const openedAt = Date.now();
      const next = connectTo(url);
      let shortest = 0;
      if (await next.greeted) {
        ungreeted = 0;
        follow(next);
        await renewalOf(next);
        if (!next.isOver()) {
          failures = 0;
          continue;
        }
        failures = Date.now() - openedAt > STEADY_MS ? 1 : failures + 1;
      } else {
        failures += 1;
        if (current === null && !closed) shortest = owner.failed((ungreeted += 1));
      }
      if (closed) return;
      const wait = Math.max(backOff(failures, timing.longestWaitMs), shortest * (0.75 + Math.random() / 2));
      nextTryAt = new Date(Date.now() + wait);
      owner.changed();
      await clock.sleep(wait);
    }
  }

  function connectTo(url: string): Connection {
    const connection = openWebSocket(url, hear, settings);
    function hear(message: unknown): void {
      // The first word is the greeting: from now on the one before is history.
      if (!heard) newest = connection;
      heard = true;
      owner.hear(message, newest === connection);
    }
    let heard = false;
    open.add(connection);
    void forgetAtEnd(connection);
    return connection;
  }

  async function forgetAtEnd(connection: Connection): Promise<void> {
    await connection.ended;
    open.delete(connection);
    if (current !== connection) return;
    current = null;
    owner.changed();
  }

  function follow(next: Connection): void {
    if (closed || next.isOver()) return;
    const before = current;
    current = next;
    if (before !== null) setTimeout(() => before.close(), timing.lingerMs);
    owner.greeted();
    owner.changed();
  }

  /** Ends when another connection is due, or this one is over. */
  async function renewalOf(connection: Connection): Promise<void> {
    const jitter = 1 - Math.random() * RENEWAL_JITTER;
    let timer;
    const due = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timing.renewAfterMs * jitter);
    });
    await Promise.race([connection.ended, due]);
    clearTimeout(timer);
  }

  // Not at once: the owner has to know its keeper first.
  void Promise.resolve().then(keep);
  return {
    isLive: () => current !== null,
    nextTryAt: () => nextTryAt,
    say: (message) => newest?.say(message),
    wake() {
      if (current === null) clock.ring();
      else current.check();
    },
    drop: () => current?.close(),
    close() {
      closed = true;
      for (const connection of open) connection.close();
      clock.ring();
    },
  };
}
