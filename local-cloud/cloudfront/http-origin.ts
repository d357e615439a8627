import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { duplexPair, type Readable } from 'node:stream';
import { endToEnd, errorAnswer, type Answer } from './messages.ts';
import type { OriginRequest } from './origin-request.ts';
import type { HttpTarget } from './origin-target.ts';

type Timeouts = {
  /** The longest silence, before the first byte and between bytes. */
  readMs: number;
  /** The longest whole answer. */
  completionMs: number | undefined;
};

/** An origin to ask over HTTP: a real request over a pair of streams in memory, so that it is a hop like any other. */
export type HttpOrigin = {
  /** Resolves at the answer's headers; `signal` ends the request, and the origin sees its connection close. */
  ask(request: OriginRequest, body: Readable | undefined, timeouts: Timeouts, signal: AbortSignal): Promise<Answer>;
};

const HEADER_BYTES = 64 * 1024;

export function httpOrigin(target: HttpTarget, log: (line: string) => void): HttpOrigin {
  // It never listens: connections are handed to it.
  const server: Server = createServer({ maxHeaderSize: HEADER_BYTES, requestTimeout: 0 }, (request, response) => {
    target.request(request, response).catch((error: unknown) => {
      log(`origin, ${request.method} ${request.url}: ${String(error)}`);
      response.destroy();
    });
  });
  return { ask: (request, body, timeouts, signal) => ask(server, request, body, timeouts, signal) };
}

function ask(
  server: Server,
  { method, path, query, headers }: OriginRequest,
  body: Readable | undefined,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<Answer> {
  const [near, far] = duplexPair();
  near.once('close', () => far.destroy());
  far.once('close', () => near.destroy());
  far.on('error', () => undefined);
  server.emit('connection', far);
  return new Promise((resolve) => {
    const { 'content-length': length, ...rest } = headers;
    const framing = length === undefined ? { 'transfer-encoding': 'chunked' } : { 'content-length': length };
    const outgoing = httpRequest({
      createConnection: () => near,
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers: body === undefined ? rest : { ...rest, ...framing },
      maxHeaderSize: HEADER_BYTES,
      signal,
    });
    let late = false;
    const giveUp = (): void => {
      late = true;
      outgoing.destroy(new Error('the origin took too long'));
    };
    // A viewer that reads slowly pauses the origin: that silence is not the origin's.
    const silence = setTimeout(() => (near.isPaused() ? silence.refresh() : giveUp()), timeouts.readMs);
    const whole = timeouts.completionMs === undefined ? undefined : setTimeout(giveUp, timeouts.completionMs);
    near.on('data', () => silence.refresh());
    outgoing.once('finish', () => silence.refresh());
    outgoing.once('close', () => {
      clearTimeout(silence);
      clearTimeout(whole);
    });
    outgoing.on('error', () => {
      resolve(
        late
          ? errorAnswer(504, 'The origin did not respond in time.')
          : errorAnswer(502, 'The origin closed the connection.'),
      );
    });
    outgoing.once('response', (response: IncomingMessage) => {
      resolve({
        status: response.statusCode ?? 502,
        headers: endToEnd(response.headersDistinct),
        body: response,
        from: 'origin',
      });
    });
    if (body === undefined) outgoing.end();
    else {
      body.once('error', (error) => outgoing.destroy(error));
      body.pipe(outgoing);
      body.on('data', () => silence.refresh());
    }
  });
}
