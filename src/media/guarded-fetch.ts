import { lookup as systemLookup } from 'node:dns';
import { isIP } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { forbidden, guardedLookup, isPublicAddress } from './address-guard.ts';
import { isAmong } from './host-rules.ts';
import { MayPass } from './retries.ts';
import { SourceFailed } from './source-failed.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

type GuardOptions = {
  /** Only a laptop's own run may reach private addresses. */
  allowPrivate: boolean;
  lookup?: typeof systemLookup;
  /** Not connected to either, nor to hosts below them. */
  deniedHosts?: readonly string[];
  /** Whatever is asked of these hosts is asked of another base URL; a laptop's own run alone has any. */
  hostOverrides?: Record<string, string>;
  /** Connections to one origin at a time. */
  connections?: number;
  /** Milliseconds without a connection, without headers, without a byte of the body. */
  timeouts?: { connect: number; headers: number; body: number };
};

/** Connections that reach no private address and no denied host, whatever a URL, its DNS or a redirect says. */
export function guardedDispatcher(options: GuardOptions): Dispatcher {
  const { deniedHosts = [] } = options;
  const { connect, headers, body } = options.timeouts ?? { connect: 10_000, headers: 30_000, body: 30_000 };
  const dial = buildConnector({ timeout: connect });
  const dialGuarded = buildConnector({ timeout: connect, lookup: guardedLookup(options.lookup ?? systemLookup) });
  const overrides = new Map(Object.entries(options.hostOverrides ?? {}).map(([host, base]) => [host, new URL(base)]));
  const standIns = new Set([...overrides.values()].map(({ hostname, port }) => `${hostname}:${port}`));
  const agent = new Agent({
    connections: options.connections ?? null,
    headersTimeout: headers,
    bodyTimeout: body,
    connect: (target, callback) => {
      const { hostname, port } = target;
      if (isAmong(hostname, deniedHosts)) return callback(new SourceFailed('host_not_allowed', hostname), null);
      if (options.allowPrivate || standIns.has(`${hostname}:${port}`)) return dial(target, callback);
      // Node asks no lookup for an address that is already one.
      if (isIP(hostname) === 0 || isPublicAddress(hostname)) return dialGuarded(target, callback);
      callback(forbidden(hostname, hostname), null);
    },
  });
  return overrides.size === 0 ? agent : agent.compose(overriding(overrides));
}

function overriding(overrides: Map<string, URL>): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (request, handler) => {
    const base = overrides.get(new URL(String(request.origin)).host);
    if (base === undefined) return dispatch(request, handler);
    const path = `${base.pathname.replace(/\/$/, '')}${request.path}`;
    return dispatch({ ...request, origin: base.origin, path }, handler);
  };
}

type FetchOptions = { dispatcher: Dispatcher; headers: Record<string, string>; signal: AbortSignal };

/** The first answer that is not a redirect. Fails with `SourceFailed`, or with the reason of the abort. */
export async function guardedGet(
  url: string,
  { dispatcher, headers, signal }: FetchOptions,
): Promise<{ response: Dispatcher.ResponseData; url: URL }> {
  let current = new URL(url);
  let sent = headers;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await answerOf(request(current, { dispatcher, headers: sent, signal }), signal);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode) || typeof location !== 'string') return { response, url: current };
    await response.body.dump({ limit: 16_384, signal });
    const target = redirectTarget(location, current);
    if (target.origin !== current.origin) sent = withoutCredentials(sent);
    current = target;
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
    throw new MayPass('source_unavailable', String(error), { cause: error });
  }
}

/** What was meant for one origin is not another's business. */
function withoutCredentials(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(cookie|authorization)$/i.test(name)));
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new SourceFailed('source_unavailable', `redirected to ${location}`);
}
