import { clientId } from './browser.ts';

/** As much of a WebSocket as is used here: a browser's, Node's, or that of the packages `undici` and `ws`. */
type Socket = {
  send(text: string): void;
  close(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close' | 'error', listener: () => void): void;
};
type EventStream = {
  readonly readyState: number;
  close(): void;
  addEventListener(type: 'message', listener: (event: { data: unknown; lastEventId: string }) => void): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
};
type Init = { headers: Record<string, string>; cache: 'no-store'; signal: AbortSignal };
type Answer = { ok: boolean; status: number; json(): Promise<unknown> };

export type Options = {
  /** For `/ws/admin`, where the deployment asks for one. */
  token?: string | undefined;
  /** The name presence counts this listener by; otherwise a random one that stays. */
  client?: string | undefined;
  /** The global one when none is given; null does without. */
  WebSocket?: (new (url: string) => Socket) | null | undefined;
  EventSource?: (new (url: string) => EventStream) | null | undefined;
  fetch?: ((url: string, init: Init) => Promise<Answer>) | undefined;
  timing?: Partial<Timing>;
};

const TIMING = {
  /** API Gateway closes what is idle for 10 minutes. */
  pingEachMs: 5 * 60_000,
  /** Silence where an answer is due. */
  answerWithinMs: 15_000,
  longestWaitMs: 30_000,
  /** API Gateway closes every connection after 2 hours. */
  renewAfterMs: 110 * 60_000,
  /** How long a renewed connection is still listened to: what was told while the next one was being greeted. */
  lingerMs: 3000,
  /** How often a WebSocket may fail before it is done without. */
  failuresBeforeFallback: 3,
  /** While it is done without. */
  climbEachMs: 60_000,
  pollEachMs: 3000,
  /** How long what is told may wait for what was missed before it. */
  catchUpMs: 1000,
};
export type Timing = typeof TIMING;

export type Settings = {
  token: string | undefined;
  WebSocket: NonNullable<Options['WebSocket']> | null;
  EventSource: NonNullable<Options['EventSource']> | null;
  fetch: NonNullable<Options['fetch']>;
  client: string;
  timing: Timing;
};

declare const WebSocket: Settings['WebSocket'];
declare const EventSource: Settings['EventSource'];
declare const fetch: NonNullable<Options['fetch']>;

export function settingsOf(options: Options): Settings {
  const here = {
    WebSocket: typeof WebSocket === 'undefined' ? null : WebSocket,
    EventSource: typeof EventSource === 'undefined' ? null : EventSource,
  };
  return {
    token: options.token,
    client: options.client ?? clientId(),
    WebSocket: options.WebSocket === undefined ? here.WebSocket : options.WebSocket,
    EventSource: options.EventSource === undefined ? here.EventSource : options.EventSource,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    timing: { ...TIMING, ...options.timing },
  };
}
