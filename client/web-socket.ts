import type { ClientMessage } from '../contract/client-message.ts';
import { parseJson } from './parse-json.ts';
import type { Settings } from './settings.ts';

export type Connection = {
  /** Whether the server said anything before the connection ended. */
  greeted: Promise<boolean>;
  ended: Promise<void>;
  isOver(): boolean;
  say(message: ClientMessage): void;
  /** Ends the connection unless the server answers in time. */
  check(): void;
  close(): void;
};

/** The server takes 20 messages a second. */
const SAY_EACH_MS = 60;

/** One connection from its opening to its end. A refused handshake is a connection that ended before it was greeted. */
export function openWebSocket(url: string, hear: (message: unknown) => void, settings: Settings): Connection {
  const { answerWithinMs, pingEachMs } = settings.timing;
  const unsaid: ClientMessage[] = [];
  let isOver = false;
  let hasSpoken = false;
  let greet: (isGreeted: boolean) => void = () => {};
  let finish = () => {};
  const greeted = new Promise<boolean>((resolve) => (greet = resolve));
  const ended = new Promise<void>((resolve) => (finish = resolve));
  const socket = open(url, settings);
  // A connection that died silently never closes by itself.
  let deadline: ReturnType<typeof setTimeout> | null = null;
  const pings = setInterval(check, pingEachMs);
  let speech: ReturnType<typeof setTimeout> | null = null;

  function expectAnswer(): void {
    deadline ??= setTimeout(end, answerWithinMs);
  }
  function answered(): void {
    if (deadline !== null) clearTimeout(deadline);
    deadline = null;
  }
  function end(): void {
    if (isOver) return;
    isOver = true;
    answered();
    clearInterval(pings);
    socket?.close();
    greet(false);
    finish();
  }
  function check(): void {
    // Its first word is waited for already, and nothing may be sent before the handshake is over.
    if (!hasSpoken) return;
    say({ type: 'ping', timestamp: new Date().toISOString() });
    expectAnswer();
  }
  function say(message: ClientMessage): void {
    unsaid.push(message);
    if (speech === null) sayNext();
  }
  function sayNext(): void {
    speech = null;
    const message = unsaid.shift();
    if (message === undefined || isOver) return;
    socket?.send(JSON.stringify(message));
    speech = setTimeout(sayNext, SAY_EACH_MS);
  }

  socket?.addEventListener('message', ({ data }) => {
    if (isOver || typeof data !== 'string') return;
    answered();
    hasSpoken = true;
    greet(true);
    hear(parseJson(data));
  });
  socket?.addEventListener('close', end);
  socket?.addEventListener('error', end);
  expectAnswer();
  if (socket === null) end();
  return { greeted, ended, isOver: () => isOver, say, check, close: end };
}

/** Null: this program has no WebSocket, or this page may not open this one. */
function open(url: string, { WebSocket }: Settings) {
  if (WebSocket === null) return null;
  try {
    return new WebSocket(url);
  } catch {
    return null;
  }
}
