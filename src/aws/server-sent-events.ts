import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { respond, streaming, streamRequest } from './lambda-stream.ts';

export type StreamRequest = {
  path: string;
  query: Record<string, string>;
  lastEventId: string | null;
  language: string | null;
};
export type StreamAnswer =
  | { statusCode: 204 }
  | { statusCode: number; problem: unknown }
  | { statusCode: 200; events: AsyncIterable<Frame> };
/** One event, with the id to resume from; or a sign of life. */
export type Frame = { id: number; data: unknown } | 'heartbeat';

const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/**
 * The edge of server-sent events. A stream ends itself before the function's time is up (Lambda never learns that the listener
 * has gone), and the browser comes back with the last id it has seen.
 */
export function serverSentEvents(
  seconds: number,
  answer: (request: StreamRequest, signal: AbortSignal) => Promise<StreamAnswer>,
) {
  return streaming(async (event, response) => {
    const { path, query, headers, method } = streamRequest(event);
    const signal = AbortSignal.timeout(seconds * 1000);
    const request = {
      path,
      query,
      lastEventId: headers['last-event-id'] ?? null,
      language: headers['accept-language'] ?? null,
    };
    const answered = await answer(request, signal);
    if ('problem' in answered) {
      const body = respond(response, answered.statusCode, { 'content-type': 'application/problem+json' });
      return void body.end(JSON.stringify(answered.problem));
    }
    if (!('events' in answered)) return void respond(response, 204, {}).end();
    const stream = respond(response, 200, EVENT_STREAM);
    if (method === 'HEAD') return void stream.end();
    await pipeline(Readable.from(frames(answered.events)), stream);
  });
}

async function* frames(events: AsyncIterable<Frame>): AsyncGenerator<string> {
  yield 'retry: 1000\n\n';
  for await (const frame of events) {
    yield frame === 'heartbeat' ? ': \n\n' : `id: ${frame.id}\ndata: ${JSON.stringify(frame.data)}\n\n`;
  }
}
