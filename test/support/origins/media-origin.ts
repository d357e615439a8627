import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentOf } from './media-content.ts';

const TYPES: Record<string, string> = { mp4: 'video/mp4', webm: 'video/webm', mp3: 'audio/mpeg', html: 'text/html' };
const TICK = 20;
const LAST_MODIFIED = 'Mon, 23 Nov 2026 10:00:00 GMT';

type OriginRequest = { method: string; url: string; headers: IncomingHttpHeaders; at: number };

export type MediaOrigin = {
  url: string;
  /** `clip('size=1000&seed=7')`: the address, which nobody has asked for yet, of a clip that behaves as the query says. */
  clip(query: string, path?: string): string;
  /** Every request so far, oldest first. */
  requests: OriginRequest[];
  /** From now on there is another file at this address, with another ETag. */
  republish(url: string): void;
  /** From now on nothing is held back at this address, nor any rate kept; by answers on their way neither. */
  hurry(url: string): void;
  /** How many answers are being sent. */
  busy(): number;
  stop(): Promise<void>;
};

/**
 * Serves pseudo-random media by `GET /any/path.mp4?size=…&seed=…` (defaults 1000 and 1), with the faults its query asks for:
 * `status=404` · `type=text/html` or `type=none` · `disposition=…` · `etag=…` or `etag=none` · `date=none` · `encoding=gzip` · `range=no` ·
 * `length=none` (chunked), `length=+10`, `length=-10` (lying) · `rate=bytes` per second and connection, without burst credit ·
 * `disconnect=byte`, `stall=byte` (breaks off, or falls silent, at that byte of the file) · `hold=byte` (falls silent there until
 * `hurry`: before that nobody has the whole file) · `redirect=n` (n hops to itself) ·
 * `redirect-to=url` · `range=star` (ranges of a total it does not tell) · `total=+10`, `total=-10` (lying about it) ·
 * `drop=bytes` (each answer breaks off at a random place within so many bytes) · `refuse-every=n` (each n-th request is a 503) ·
 * `refuse-first=n` (so many are `refuse-status`, 429 by default, with `retry-after=seconds`) · `expires=epoch` (403 from that
 * millisecond on) · `page-after=n` (an HTML page instead, after so many requests) · `change-after=n` (another file, with another
 * ETag, after so many requests; `change-after=each`: with each of them), which `if-range=ignored` does not let on.
 */
export async function startMediaOrigin({ port = 0, host = '127.0.0.1' } = {}): Promise<MediaOrigin> {
  const requests: OriginRequest[] = [];
  const asked = new Map<string, number>();
  const republished = new Set<string>();
  const hurried = new Set<string>();
  let busy = 0;
  const server = createServer((request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    requests.push({ method, url, headers, at: Date.now() });
    busy += 1;
    const count = (asked.get(url) ?? 0) + 1;
    asked.set(url, count);
    response.once('close', () => {
      busy -= 1;
    });
    const at = { count, republished: republished.has(url), hurried: () => hurried.has(url) };
    answer(request, response, at).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const url = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    clip: (query, path = '/media/clip.mp4') => `${url}${path}?${query}&only=${randomBytes(6).toString('hex')}`,
    requests,
    republish: (address) => void republished.add(address.slice(url.length)),
    hurry: (address) => void hurried.add(address.slice(url.length)),
    busy: () => busy,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** What has become of an address so far: how often it was asked for, and what the test has done with it. */
type Address = { count: number; republished: boolean; hurried: () => boolean };

async function answer(request: IncomingMessage, response: ServerResponse, address: Address): Promise<void> {
  const { count, republished, hurried } = address;
  const url = new URL(request.url ?? '/', 'http://origin');
  const { searchParams: query, pathname } = url;
  const redirects = Number(query.get('redirect') ?? 0);
  const elsewhere = query.get('redirect-to');
  if (redirects > 0 || elsewhere !== null) {
    query.set('redirect', String(redirects - 1));
    response.writeHead(302, { location: elsewhere ?? `${pathname}?${query}` }).end();
    return;
  }
  const refusal = refusalOf(query, count);
  if (refusal !== null) {
    response.writeHead(refusal, { 'content-type': 'text/plain', ...retryAfter(query) }).end('refused');
    return;
  }
  if (count > numberIn(query, 'page-after')) {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Please sign in');
    return;
  }
  change(query, count, republished);
  const size = Number(query.get('size') ?? 1_000);
  const range = query.get('range') === 'no' || isStale(request, query) ? 'none' : rangeOf(request.headers.range, size);
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const { from, to } = range === 'none' ? { from: 0, to: size } : range;
  const status = Number(query.get('status') ?? (range === 'none' ? 200 : 206));
  const length = query.get('length')?.trim() ?? '0';
  response.writeHead(status, {
    ...contentHeaders(query, pathname),
    ...(range !== 'none' && { 'content-range': `bytes ${from}-${to - 1}/${totalOf(query, size)}` }),
    ...(length !== 'none' && { 'content-length': to - from + Number(length) }),
  });
  response.flushHeaders();
  if (request.method === 'HEAD') response.end();
  else await sendBody(response, query, { from, to }, hurried);
}

const numberIn = (query: URLSearchParams, name: string) => Number(query.get(name) ?? Number.POSITIVE_INFINITY);
const etagOf = (query: URLSearchParams) => query.get('etag') ?? `"${query.get('size')}-${query.get('seed')}"`;

function refusalOf(query: URLSearchParams, count: number): number | null {
  if (count % numberIn(query, 'refuse-every') === 0) return 503;
  if (count <= Number(query.get('refuse-first') ?? 0)) return Number(query.get('refuse-status') ?? 429);
  return Date.now() >= numberIn(query, 'expires') ? 403 : null;
}

function retryAfter(query: URLSearchParams): Record<string, string> {
  const seconds = query.get('retry-after');
  return seconds === null ? {} : { 'retry-after': seconds };
}

/** From then on it is the file of another seed. */
function change(query: URLSearchParams, count: number, republished: boolean): void {
  const seed = Number(query.get('seed') ?? 1);
  const changes = query.get('change-after') === 'each' ? count : count > numberIn(query, 'change-after') ? 1 : 0;
  query.set('seed', String(seed + (republished ? 1 : changes)));
}

function isStale({ headers }: IncomingMessage, query: URLSearchParams): boolean {
  const condition = headers['if-range'];
  if (condition === undefined || query.get('if-range') === 'ignored') return false;
  return condition !== etagOf(query) && condition !== LAST_MODIFIED;
}

function totalOf(query: URLSearchParams, size: number): string {
  return query.get('range') === 'star' ? '*' : String(size + Number(query.get('total') ?? 0));
}

function contentHeaders(query: URLSearchParams, pathname: string): Record<string, string> {
  const optional = {
    'content-type': query.get('type') ?? TYPES[pathname.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    'content-disposition': query.get('disposition') ?? 'none',
    'content-encoding': query.get('encoding') ?? 'none',
    etag: etagOf(query),
    'last-modified': query.get('date') ?? LAST_MODIFIED,
    'accept-ranges': query.get('range') === 'no' ? 'none' : 'bytes',
  };
  return Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== 'none'));
}

type Range = { from: number; to: number } | 'none' | 'unsatisfiable';

function rangeOf(header: string | undefined, size: number): Range {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return 'none';
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return from < to ? { from, to } : 'unsatisfiable';
}

async function sendBody(
  response: ServerResponse,
  query: URLSearchParams,
  { from, to }: { from: number; to: number },
  hurried: () => boolean,
): Promise<void> {
  const numberOf = (name: string) => numberIn(query, name);
  const dropped = from + Math.floor(Math.random() * numberOf('drop'));
  const end = Math.min(to, numberOf('disconnect'), numberOf('stall'), Number.isNaN(dropped) ? to : dropped);
  const free = Math.min(end, Math.max(from, numberOf('hold')));
  const send = async (first: number, last: number) => {
    const content = contentOf(Number(query.get('seed') ?? 1), first, last);
    const chunks = paced(content, () => (hurried() ? Number.POSITIVE_INFINITY : numberOf('rate')));
    await pipeline(Readable.from(chunks, { objectMode: false }), response, { end: false });
  };
  await send(from, free);
  if (free < end) {
    while (!hurried() && !response.destroyed) await sleep(TICK);
    await send(free, end);
  }
  if (end === numberOf('stall')) return;
  // A length that promised more must not leave the client waiting on an open connection.
  if (end === numberOf('disconnect') || (end === dropped && end < to) || query.get('length')?.trim().startsWith('+'))
    response.socket?.destroySoon();
  else response.end();
}

/** Cuts the bytes into what one tick may carry. Time that was missed is lost: no burst makes up for it. */
async function* paced(chunks: Iterable<Buffer>, rateNow: () => number): AsyncGenerator<Buffer> {
  let due = Date.now();
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const rate = rateNow();
      const piece = chunk.subarray(at, at + Math.max(1, Math.ceil((rate * TICK) / 1_000)));
      yield piece;
      at += piece.length;
      due = Math.max(due + (piece.length / rate) * 1_000, Date.now() - TICK);
      if (due > Date.now()) await sleep(due - Date.now());
    }
  }
}
