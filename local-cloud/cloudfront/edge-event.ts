import { validateHeaderName, validateHeaderValue } from 'node:http';
import * as z from 'zod';
import type { Answer, Headers, ViewerRequest } from './messages.ts';

/** What an edge function returned cannot be used: CloudFront answers 502. */
export class EdgeResultInvalid extends Error {
  override readonly name = 'EdgeResultInvalid';
}

const value = z.object({
  value: z.string().default(''),
  attributes: z.string().optional(),
  multiValue: z.array(z.object({ value: z.string(), attributes: z.string().optional() })).optional(),
});
type Single = { value: string; attributes?: string };
type Value = Single & { multiValue?: Single[] };
type Named = [string, Single];
const values = z.record(z.string(), value).default({});

const requestResult = z.object({
  uri: z.string().startsWith('/'),
  querystring: values,
  headers: values,
  cookies: values,
});
const responseResult = z.object({
  statusCode: z.number().int().min(200).max(599),
  statusDescription: z.string().optional(),
  headers: values,
  cookies: values,
  body: z.union([z.string(), z.object({ encoding: z.enum(['text', 'base64']), data: z.string() })]).optional(),
});

/** Functions neither see these nor may add them. */
const DISALLOWED =
  /^(connection|expect|keep-alive|proxy-.*|trailer|upgrade|x-accel-.*|x-amz-cf-.*|x-amzn-(auth|cf-.*|lambda-.*)|x-cache|x-edge-.*|x-forwarded-proto|x-http-method-override|x-real-ip)$/;
/** Functions see these but may not change them. */
const READ_ONLY = ['content-length', 'host', 'transfer-encoding', 'via'];

type EventContext = { distributionDomainName: string; requestId: string };

export function requestEvent(request: ViewerRequest, context: EventContext): object {
  return event('viewer-request', context, request, { request: requestPart(request) });
}

export function responseEvent(request: ViewerRequest, answer: Answer, context: EventContext): object {
  const { 'set-cookie': setCookie = [], ...headers } = visible(answer.headers);
  const cookies = setCookie.map((line): Named => {
    const [, name = '', text = '', attributes = ''] = /^([^=;]*)=([^;]*)(?:; *(.*))?$/s.exec(line) ?? [];
    return [name, { value: text, ...(attributes !== '' && { attributes }) }];
  });
  const response = { statusCode: answer.status, headers: toValues(headers), cookies: grouped(cookies) };
  return event('viewer-response', context, request, { request: requestPart(request), response });
}

function event(eventType: string, context: EventContext, request: ViewerRequest, parts: object): object {
  const { distributionDomainName, requestId } = context;
  const [distributionId = ''] = distributionDomainName.split('.');
  return {
    version: '1.0',
    context: { distributionDomainName, distributionId, eventType, requestId },
    viewer: { ip: request.ip },
    ...parts,
  };
}

function requestPart(request: ViewerRequest): object {
  const { cookie = [], ...headers } = visible(request.headers);
  const pairs = cookie.flatMap((line) => line.split(/; */)).filter((pair) => pair !== '');
  return {
    method: request.method,
    uri: request.uri,
    querystring: grouped(
      request.query
        .split('&')
        .filter((pair) => pair !== '')
        .map(nameAndValue),
    ),
    headers: toValues(headers),
    cookies: grouped(pairs.map(nameAndValue)),
  };
}

/** The request a function rewrote, or the response it made instead. Throws EdgeResultInvalid. */
export function fromRequestResult(result: unknown, request: ViewerRequest): ViewerRequest | Answer {
  if (typeof result === 'object' && result !== null && 'statusCode' in result) {
    return { ...fromResponseResult(result), from: 'function' };
  }
  const { uri, querystring, headers, cookies } = parsed(requestResult, result);
  if (!/^[!-~]+$/.test(uri) || /[#?]/.test(uri))
    throw new EdgeResultInvalid(`the uri ${JSON.stringify(uri)} is not encoded`);
  const query = pairsOf(querystring).map(([name, text]) => (text === '' ? `${name}=` : `${name}=${text}`));
  if (!/^[!-~]*$/.test(query.join('&'))) throw new EdgeResultInvalid('the querystring is not encoded');
  const cookie = pairsOf(cookies).map(([name, text]) => `${name}=${text}`);
  const rewritten = fromValues(headers, request.headers);
  return {
    ...request,
    uri,
    query: query.join('&'),
    headers: cookie.length === 0 ? rewritten : { ...rewritten, cookie: [cookie.join('; ')] },
  };
}

/** The response as a viewer-response function left it. Throws EdgeResultInvalid. */
export function fromResponseResult(result: unknown, before?: Answer): Answer {
  const { statusCode, headers, cookies, body } = parsed(responseResult, result);
  if (before !== undefined && statusCode !== before.status) {
    throw new EdgeResultInvalid('a viewer-response function may not change the status code');
  }
  const setCookie = Object.entries(cookies).flatMap(([name, cookie]) =>
    (cookie.multiValue ?? [cookie]).map((one) => `${name}=${one.value}${one.attributes ? `; ${one.attributes}` : ''}`),
  );
  const all = fromValues(headers, before?.headers ?? {});
  if (setCookie.length > 0) all['set-cookie'] = validated('set-cookie', setCookie);
  if (body === undefined) return { ...before, status: statusCode, headers: all, from: before?.from ?? 'function' };
  const bytes =
    typeof body === 'string'
      ? Buffer.from(body)
      : Buffer.from(body.data, body.encoding === 'base64' ? 'base64' : 'utf8');
  all['content-length'] = [String(bytes.length)];
  return { status: statusCode, headers: all, body: bytes, from: before?.from ?? 'function' };
}

function parsed<T>(schema: z.ZodType<T>, result: unknown): T {
  const outcome = schema.safeParse(result);
  if (outcome.success) return outcome.data;
  throw new EdgeResultInvalid(z.prettifyError(outcome.error));
}

function visible(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !DISALLOWED.test(name)));
}

function toValues(headers: Headers): Record<string, Value> {
  return grouped(
    Object.entries(headers).flatMap(([name, lines]) => lines.map((line): Named => [name, { value: line }])),
  );
}

/** What the function returned, read-only and hidden headers as they were. */
function fromValues(returned: Record<string, z.infer<typeof value>>, before: Headers): Headers {
  const headers: [string, string[]][] = [];
  for (const [given, { value: text, multiValue }] of Object.entries(returned)) {
    const name = given.toLowerCase();
    if (DISALLOWED.test(name)) throw new EdgeResultInvalid(`the header "${name}" may not be added`);
    if (READ_ONLY.includes(name) || name === 'cookie') continue;
    headers.push([name, validated(name, multiValue?.map((one) => one.value) ?? [text])]);
  }
  for (const [name, lines] of Object.entries(before)) {
    if (READ_ONLY.includes(name) || DISALLOWED.test(name)) headers.push([name, lines]);
  }
  return Object.fromEntries(headers);
}

function validated(name: string, lines: string[]): string[] {
  try {
    validateHeaderName(name);
    for (const line of lines) validateHeaderValue(name, line);
    return lines;
  } catch (error) {
    throw new EdgeResultInvalid(`the header ${JSON.stringify(name)} cannot be sent`, { cause: error });
  }
}

function nameAndValue(pair: string): Named {
  const at = pair.indexOf('=');
  return at === -1 ? [pair, { value: '' }] : [pair.slice(0, at), { value: pair.slice(at + 1) }];
}

/** By name; `multiValue` holds them all where a name is repeated. */
function grouped(pairs: Named[]): Record<string, Value> {
  const byName = new Map<string, Value>();
  for (const [name, one] of pairs) {
    const before = byName.get(name);
    byName.set(name, before === undefined ? one : { ...before, multiValue: [...(before.multiValue ?? [before]), one] });
  }
  return Object.fromEntries(byName);
}

function pairsOf(of: Record<string, z.infer<typeof value>>): [string, string][] {
  return Object.entries(of).flatMap(([name, { value: text, multiValue }]) =>
    (multiValue?.map((one) => one.value) ?? [text]).map((one): [string, string] => [name, one]),
  );
}
