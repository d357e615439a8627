import { lookup } from 'node:dns';
import type { RequestOptions } from 'node:https';
import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { guardedLookup } from '../address-guard.ts';
import { SourceFailed } from '../source-failed.ts';
import type { Source } from '../source.ts';
import { inspectListing, type Listing, resolveListing } from './listing.ts';
import { readPlayerResponse } from './player-response.ts';
import { refusalOf } from './refusal.ts';
import { SourceBroken } from './source-broken.ts';
import { videoIdOf } from './youtube-url.ts';

const AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
/** A watch page is two megabytes, the player's code three. */
const MAX_BODY = 16 * 1024 * 1024;
const PATIENCE = 30_000;

type YtdlCoreOptions = {
  /** For the media; the package itself knows no undici. */
  dispatcher: Dispatcher;
  /** Origins to go to instead of some hosts; on a laptop alone. */
  hostOverrides?: Record<string, string>;
};

/**
 * YouTube by the package `ytdl-core`, off unless `SOURCES` names it, for two reasons (docs/youtube.md): its last release cannot
 * read today's player, and to decipher addresses it runs YouTube's JavaScript in this very process, next to whatever
 * credentials it has; `node:vm` is no wall.
 */
export function ytdlCoreSource({ dispatcher, hostOverrides = {} }: YtdlCoreOptions): Source {
  async function list(url: URL, signal: AbortSignal): Promise<Listing> {
    const id = videoIdOf(url) ?? '';
    const end = new AbortController();
    const stopped = AbortSignal.any([signal, end.signal, AbortSignal.timeout(PATIENCE)]);
    // oxlint-disable-next-line node/no-process-env -- its only switch; otherwise each process asks api.github.com for news of it.
    process.env['YTDL_NO_UPDATE'] = '1';
    const { default: ytdl } = await import('ytdl-core');
    try {
      const { player_response, formats } = await ytdl.getInfo(id, {
        lang: 'en',
        requestOptions: {
          maxRetries: 0,
          headers: { 'User-Agent': AGENT },
          transform: (request: RequestOptions) => guarded(request, hostOverrides, stopped),
        },
        requestCallback: (...[stream]: Readable[]) => {
          if (stream !== undefined) watch(stream, end, stopped);
          return {};
        },
      });
      const streamingData = { formats };
      return readPlayerResponse({ ...player_response, streamingData }, id, { 'user-agent': AGENT });
    } catch (error) {
      signal.throwIfAborted();
      throw failureOf(end.signal.aborted ? end.signal.reason : error);
    }
  }

  return {
    name: 'ytdl-core',
    handles: (url) => videoIdOf(url) !== null,
    resolve: async (url, quality, signal) => resolveListing(await list(url, signal), quality, { dispatcher, signal }),
    inspect: async (url, signal) => inspectListing(await list(url, signal)),
  };
}

/** The package makes its own connections: to YouTube by https alone, and to no private address whatever its DNS says. */
function guarded(request: RequestOptions, overrides: Record<string, string>, stopped: AbortSignal): RequestOptions {
  stopped.throwIfAborted();
  const { protocol, hostname = '', path = '' } = request;
  const host = hostname ?? '';
  if (path?.startsWith('/sorry/') === true) throw new SourceFailed('source_blocked', `${host}${path}`);
  const allowed = host === 'www.youtube.com' || host.endsWith('.googlevideo.com');
  if (!allowed || protocol !== 'https:') throw new SourceBroken(`asks for ${protocol}//${host}`);
  const override = overrides[host];
  if (override === undefined) return { ...request, lookup: guardedLookup(lookup) };
  const instead = new URL(override);
  return { ...request, protocol: instead.protocol, host: instead.host, hostname: instead.hostname, port: instead.port };
}

/** Ends everything when one answer is too long or says that there were too many requests; ends this one with everything. */
function watch(stream: Readable, end: AbortController, stopped: AbortSignal): void {
  let length = 0;
  stream.on('data', (chunk: Buffer | string) => {
    length += chunk.length;
    if (length > MAX_BODY) end.abort(new SourceBroken('an answer without end'));
  });
  stream.on('error', (error) => {
    if (/Status code: 429/.test(error.message)) end.abort(new SourceFailed('source_rate_limited', error.message));
    // The package would go on and ask elsewhere.
    if (error instanceof SourceFailed) end.abort(error);
  });
  const stop = () => {
    // Destroyed alone, its streams never tell who waits for them.
    stream.emit('error', stopped.reason);
    stream.destroy();
  };
  stopped.addEventListener('abort', stop, { once: true });
  stream.once('end', () => stopped.removeEventListener('abort', stop));
}

function failureOf(error: unknown): Error {
  if (error instanceof SourceFailed || error instanceof SourceBroken) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = refusalOf(`ERROR. ${message}`);
  return code === null
    ? new SourceBroken(message, { cause: error })
    : new SourceFailed(code, message, { cause: error });
}
