import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { forbidden, guardedLookup, isPublicAddress } from './address-guard.ts';
import { SourceFailed } from './source-failed.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

type GuardOptions = {
  /** Only a laptop's own run may reach private addresses. */
  allowPrivate: boolean;
  lookup?: typeof systemLookup;
  /** Milliseconds without a connection, without headers, without a byte of the body. */
  timeouts?: { connect: number; headers: number; body: number };
};

/** Connections that reach no private address, whatever a URL, its DNS or a redirect says. */
export function guardedDispatcher(options: GuardOptions): Dispatcher {
  const { connect, headers, body } = options.timeouts ?? { connect: 10_000, headers: 30_000, body: 30_000 };
  const lookup = options.lookup ?? systemLookup;
  const dial = buildConnector({ timeout: connect, ...(options.allowPrivate ? {} : { lookup: guardedLookup(lookup) }) });
  return new Agent({
    headersTimeout: headers,
    bodyTimeout: body,
    connect: (target, callback) => {
      // Node asks no lookup for an address that is already one.
      const literal = isIP(target.hostname) !== 0;
      if (literal && !options.allowPrivate && !isPublicAddress(target.hostname)) {
        callback(forbidden(target.hostname, target.hostname), null);
      } else dial(target, callback);
    },
  });
}

type FetchOptions = { dispatcher: Dispatcher; headers: Record<string, string>; signal: AbortSignal };

/** The first answer that is not a redirect. Fails with `SourceFailed`, or with the reason of the abort. */
export async function guardedGet(
  url: string,
  { dispatcher, headers, signal }: FetchOptions,
): Promise<{ response: Dispatcher.ResponseData; url: URL }> {
  let current = new URL(url);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await answerOf(request(current, { dispatcher, headers, signal }), signal);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode) || typeof location !== 'string') return { response, url: current };
    await response.body.dump({ limit: 16_384, signal });
    current = redirectTarget(location, current);
  }
  throw new SourceFailed('too_many_redirects', current.href);
}

async function answerOf(
  answer: Promise<Dispatcher.ResponseData>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  try {
    return await answer;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SourceFailed) throw error;
    throw new SourceFailed('source_unavailable', String(error), { cause: error });
  }
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new SourceFailed('source_unavailable', `redirected to ${location}`);
}
