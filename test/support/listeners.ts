import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { describedBy } from './described-messages.ts';

export type Message = Record<string, unknown> & { type: string };

export type Listener = {
  heard: Message[];
  /** Resolves with the first message, heard already or still to come, that fits. */
  until(fits: (message: Message) => boolean, withinMs?: number): Promise<Message>;
  send(text: string): void;
  /** What a client may, and must not, do. */
  sendBinary(bytes: Buffer): void;
  /** Resolves with the code once the server has closed the connection. */
  closed: Promise<number>;
  close(): void;
};

/**
 * A WebSocket client that keeps what it hears. Rejects when the handshake is refused; `until` rejects, and `close` throws, when it
 * heard what the application's own AsyncAPI document does not describe.
 */
export async function listen(appUrl: string, path: string): Promise<Listener> {
  const socket = new WebSocket(appUrl.replace(/^http/, 'ws') + path);
  const heard: Message[] = [];
  const said: string[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as Message));
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const [described] = await Promise.all([describedBy(appUrl), once(socket, 'open')]);
  let checked = 0;
  const check = () => {
    for (const message of heard.slice(checked)) {
      mustBe(message, described.objection(path, said, message));
      checked += 1;
    }
  };
  return {
    heard,
    until: (fits, withinMs) =>
      eventually(() => {
        check();
        return heard.find(fits);
      }, withinMs),
    send: (text) => {
      said.push(text);
      socket.send(text);
    },
    sendBinary: (bytes) => socket.send(bytes),
    closed,
    close: () => {
      socket.terminate();
      check();
    },
  };
}

function mustBe(message: Message, objection: string | null): void {
  if (objection !== null) throw new Error(`not as AsyncAPI describes it: ${objection}\n${JSON.stringify(message)}`);
}

/** The HTTP status a handshake is refused with; 101 when it is not. */
export function handshakeStatus(appUrl: string, path: string): Promise<number> {
  const socket = new WebSocket(appUrl.replace(/^http/, 'ws') + path);
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.once('error', reject);
  });
}

export type StreamEvent = { id: number; data: Message };

/** Reads server-sent events as a browser does, until the stream ends or enough are heard; rejects what AsyncAPI does not describe. */
export async function readStream(url: string, options: { lastEventId?: number | string; enough?: number } = {}) {
  const stop = new AbortController();
  const headers = options.lastEventId === undefined ? {} : { 'last-event-id': String(options.lastEventId) };
  const response = await fetch(url, { headers, signal: stop.signal });
  const events: StreamEvent[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    events.push(...blocks.flatMap(parseBlock));
    if (options.enough !== undefined && events.length >= options.enough) break;
  }
  stop.abort();
  if (events.length > 0) {
    const { origin, pathname } = new URL(url);
    const described = await describedBy(origin);
    for (const { data } of events) mustBe(data, described.objection(pathname, [], data));
  }
  return { status: response.status, contentType: response.headers.get('content-type'), events };
}

function parseBlock(block: string): StreamEvent[] {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1];
  if (/^event:/m.test(block)) throw new Error(`an event field would not reach onmessage: ${block}`);
  const data = field('data');
  return data === undefined ? [] : [{ id: Number(field('id')), data: JSON.parse(data) as Message }];
}

/** Waits until something is there; the longer it takes, the more seldom it looks, because looks take time from what is waited for. */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>, withinMs = 30_000): Promise<T> {
  const began = Date.now();
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const waited = Date.now() - began;
    if (waited > withinMs) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await sleep(Math.min(500, Math.max(20, waited / 10)));
  }
}
