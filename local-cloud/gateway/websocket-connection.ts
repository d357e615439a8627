import type { Duplex } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { watchFrames } from './frame-limit.ts';
import type { ConnectionIdentity } from './websocket-event.ts';

export type WebSocketLimits = {
  /** Without a message in either direction for this long the connection ends with 1001. Pings do not count. */
  idleMs: number;
  /** No connection lives longer; it ends with 1001. */
  maxAgeMs: number;
  frameBytes: number;
  messageBytes: number;
};

export const AWS_LIMITS: WebSocketLimits = {
  idleMs: 10 * 60_000,
  maxAgeMs: 2 * 60 * 60_000,
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
};

/** What a reader that does not read may owe before its connection is cut: eight of the largest messages. */
const UNREAD_BYTES = 1024 * 1024;

/** How long the other side may take to answer a close frame. */
const CLOSE_MS = 1000;

/** Messages of one connection being handled at once; beyond that its socket is not read, so TCP slows the sender. */
const MAX_IN_FLIGHT = 64;

/** One open WebSocket. */
export type Connection = ConnectionIdentity & {
  lastActiveAt(): number;
  /** Queues a text frame. False: the connection is closing, or was cut because its reader does not keep up. */
  send(text: string): boolean;
  close(code: number, reason: string): void;
  terminate(): void;
};

type ConnectionHandlers = {
  /** Handles one text message; must not reject. */
  message(text: string): Promise<void>;
  closed(code: number, reason: string): void;
};

/** Puts AWS's limits on an opened WebSocket. Attach in the tick of the handshake, before anything is read. */
export function openConnection(
  who: ConnectionIdentity,
  socket: Duplex,
  webSocket: WebSocket,
  limits: WebSocketLimits,
  now: () => Date,
  handlers: ConnectionHandlers,
): Connection {
  let lastActiveAt = who.connectedAt;
  let inFlight = 0;
  const goingAway = (): void => close(1001, 'Going away');
  const idle = setTimeout(goingAway, limits.idleMs);
  const age = setTimeout(goingAway, limits.maxAgeMs);
  let cut: NodeJS.Timeout | undefined;

  function close(code: number, reason: string): void {
    webSocket.close(code, reason);
    // A peer that has vanished never answers.
    cut ??= setTimeout(() => webSocket.terminate(), CLOSE_MS);
  }

  function active(): void {
    lastActiveAt = now().getTime();
    idle.refresh();
  }

  async function receive(data: RawData, isBinary: boolean): Promise<void> {
    // What follows an offending frame in the same packet still arrives here.
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (isBinary) return close(1003, 'Binary is not supported');
    active();
    if (++inFlight >= MAX_IN_FLIGHT) webSocket.pause();
    await handlers.message(bytesOf(data).toString());
    if (--inFlight < MAX_IN_FLIGHT && webSocket.isPaused) webSocket.resume();
  }

  watchFrames(socket, limits.frameBytes, () => close(1009, 'Frame is too large'));
  webSocket.on('message', (data, isBinary) => void receive(data, isBinary));
  // A broken protocol ends in `close` as well; without a listener the process would end.
  webSocket.on('error', () => undefined);
  webSocket.on('close', (code, reason) => {
    clearTimeout(idle);
    clearTimeout(age);
    clearTimeout(cut);
    handlers.closed(code, reason.toString());
  });

  return {
    ...who,
    lastActiveAt: () => lastActiveAt,
    send(text) {
      if (webSocket.readyState !== webSocket.OPEN) return false;
      if (webSocket.bufferedAmount + Buffer.byteLength(text) > UNREAD_BYTES) {
        // A close frame (1008) would only queue behind what is not being read.
        webSocket.terminate();
        return false;
      }
      webSocket.send(text);
      active();
      return true;
    },
    close,
    terminate: () => webSocket.terminate(),
  };
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
