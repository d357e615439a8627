import type { IncomingMessage } from 'node:http';

/** Headers that belong to one hop and never reach a function. */
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The headers a function may see, lower-case, repeated ones joined by a comma. */
export function endToEndHeaders(request: IncomingMessage): Record<string, string> {
  const headers: [string, string][] = [];
  for (const [name, value] of Object.entries(request.headers)) {
    if (value === undefined || HOP_BY_HOP.has(name)) continue;
    headers.push([name, Array.isArray(value) ? value.join(',') : value]);
  }
  return Object.fromEntries(headers);
}

/**
 * The address of whoever called: the last hop of `x-forwarded-for` when a front door (CloudFront) appended one, else
 * the socket's. A caller that skips the front door can write what it likes there; on one's own machine that is fine.
 */
export function sourceIp(request: IncomingMessage): string {
  const hops = String(request.headers['x-forwarded-for'] ?? '').split(',');
  const last = hops.at(-1)?.trim() ?? '';
  return last === '' ? peer(request) : last;
}

/** `x-forwarded-for` with this hop's caller appended: behind CloudFront that is the edge, and the viewer the one before. */
export function forwardedFor(request: IncomingMessage): string {
  return [request.headers['x-forwarded-for'] ?? [], peer(request)].flat().join(', ');
}

function peer(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
}

/** Path and raw query of a request target. */
export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?');
  return at === -1 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/**
 * The URL as its sender signed it. Whoever strips a prefix from `request.url` leaves the whole one in `originalUrl`
 * (the convention of Express), because a signature covers it.
 */
export function signedUrl(request: IncomingMessage): string {
  const original: unknown = 'originalUrl' in request ? request.originalUrl : undefined;
  return typeof original === 'string' ? original : (request.url ?? '/');
}

/** Thrown when the client went away before its body was whole: there is nobody left to answer. */
export class RequestAborted extends Error {
  override readonly name = 'RequestAborted';
}

/** The whole body, or null when it is longer than `limit`; the rest is then read and dropped, so that the answer arrives. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      resolve(null);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', (error) => reject(new RequestAborted('the client went away', { cause: error })));
    request.once('close', () => {
      // Each request closes; an error made in vain would cost more than reading most of them.
      if (!request.readableEnded) reject(new RequestAborted('the client went away'));
    });
  });
}
