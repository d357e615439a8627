import type { Dispatcher } from 'undici';
import { request as send } from 'undici';
import { header } from '../answer.ts';
import { MayPass, type RetryLimits, retries } from '../retries.ts';
import { SourceFailed } from '../source-failed.ts';
import { SourceBroken } from './source-broken.ts';

/** YouTube's answers are some hundred kilobytes. */
const MAX_BODY = 16 * 1024 * 1024;

/** Somebody may be waiting for the answer. */
const BRIEF: RetryLimits = { perPiece: 3, perDownload: 3, first: 150, longest: 1_000, longestAsked: 0 };

type Options = { dispatcher: Dispatcher; allow: (url: URL) => boolean; signal: AbortSignal };

/**
 * A `fetch` for a library: guarded as every request here is, to allowed hosts alone, with bounded bodies and without
 * redirects. An answer that ends the matter throws SourceFailed right through the library.
 */
export function libraryFetch({ dispatcher, allow, signal }: Options): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (!allow(url)) throw new SourceBroken(`asks for ${url.host}`);
    const body = request.body === null ? null : await request.text();
    const headers = { ...Object.fromEntries(request.headers), 'accept-encoding': 'identity' };
    const tries = retries(BRIEF, signal).ofPiece();
    for (;;) {
      try {
        return await exchange(url, { dispatcher, signal, method: body === null ? 'GET' : 'POST', headers, body });
      } catch (error) {
        if (!(error instanceof MayPass)) throw error;
        await tries.after(error, 0);
      }
    }
  };
}

type Exchange = {
  dispatcher: Dispatcher;
  signal: AbortSignal;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
};

async function exchange(url: URL, options: Exchange & { body: string | null }): Promise<Response> {
  const answer = await answered(send(url, options), options.signal);
  try {
    refuse(answer);
    return new Response(await bounded(answer.body), { status: answer.statusCode });
  } catch (error) {
    answer.body.on('error', () => undefined).destroy();
    throw options.signal.aborted ? options.signal.reason : error;
  }
}

async function answered(answer: Promise<Dispatcher.ResponseData>, signal: AbortSignal) {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceFailed) throw error;
    throw new MayPass('source_unavailable', String(error), { cause: error });
  }
}

function refuse({ statusCode, headers }: Dispatcher.ResponseData): void {
  if (statusCode === 429) throw new SourceFailed('source_rate_limited', `HTTP ${statusCode}`);
  if (statusCode >= 500) throw new MayPass('source_unavailable', `HTTP ${statusCode}`);
  if (statusCode < 300 || statusCode >= 400) return;
  const location = header(headers, 'location') ?? '';
  // Where Google asks to prove that one is no robot.
  if (location.includes('/sorry/')) throw new SourceFailed('source_blocked', location);
  throw new SourceBroken(`redirected to ${location}`);
}

async function bounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_BODY) throw new SourceBroken('an answer without end');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
