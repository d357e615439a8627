import type { IncomingMessage } from 'node:http';
import type { Headers, ViewerRequest } from './messages.ts';

/** What a viewer asks for, or undefined when its request target is none CloudFront serves (`*`, another host's). */
export function viewerRequest(request: IncomingMessage): ViewerRequest | undefined {
  const target = request.url ?? '/';
  if (!target.startsWith('/')) return undefined;
  const at = target.indexOf('?');
  const headers: [string, string[]][] = [];
  for (const [name, values] of Object.entries(request.headersDistinct))
    if (values !== undefined) headers.push([name, values]);
  const all: Headers = Object.fromEntries(headers);
  return {
    method: request.method ?? 'GET',
    uri: at === -1 ? target : target.slice(0, at),
    query: at === -1 ? '' : target.slice(at + 1),
    headers: all,
    ip: (request.socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, ''),
  };
}
