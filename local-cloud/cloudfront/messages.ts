import type { Readable } from 'node:stream';

/** Headers by lower-case name, repeated ones in order. */
export type Headers = Record<string, string[]>;

/** A request as the edge sees it: what an edge function may rewrite before the origin hears of it. */
export type ViewerRequest = {
  method: string;
  /** The path, percent-encoded as it was sent. */
  uri: string;
  /** The raw query, without its `?`. */
  query: string;
  headers: Headers;
  /** Address of the viewer. */
  ip: string;
};

/** A response on its way to the viewer. */
export type Answer = {
  status: number;
  headers: Headers;
  /** Absent: none. */
  body?: Readable | Buffer;
  /** What `x-cache` says: where this came from. */
  from: 'origin' | 'error' | 'function' | 'FunctionExecutionError' | 'FunctionValidationError';
};

/** Headers that belong to one hop; neither viewer nor origin may have them passed on. */
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

/** The headers without those of the hop, nor any that `connection` names. */
export function endToEnd(headers: NodeJS.Dict<string[]>): Headers {
  const named = (headers['connection'] ?? [])
    .flatMap((value) => value.split(','))
    .map((name) => name.trim().toLowerCase());
  const kept: [string, string[]][] = [];
  for (const [name, values] of Object.entries(headers)) {
    if (values !== undefined && !HOP_BY_HOP.has(name) && !named.includes(name)) kept.push([name, values]);
  }
  return Object.fromEntries(kept);
}

/** An error that CloudFront itself answers with. */
export function errorAnswer(status: number, why: string, from: Answer['from'] = 'error'): Answer {
  const page = [
    '<!DOCTYPE HTML><HTML><HEAD><TITLE>ERROR: The request could not be satisfied</TITLE></HEAD>',
    `<BODY><H1>${status} ERROR</H1><H2>The request could not be satisfied.</H2><P>${why}</P></BODY></HTML>`,
  ];
  const body = Buffer.from(page.join('\n'));
  const headers = { 'content-type': ['text/html'], 'content-length': [String(body.length)] };
  return { status, headers, body, from };
}
