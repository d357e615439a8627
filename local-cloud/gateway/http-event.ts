import type { IncomingMessage } from 'node:http';
import { traceId } from './identifiers.ts';
import { endToEndHeaders, forwardedFor, sourceIp } from './received-request.ts';
import { requestTime } from './request-time.ts';

type HttpEventOptions = {
  accountId: string;
  apiId: string;
  domainName: string;
  stage: string;
  routeKey: string;
  requestId: string;
  rawPath: string;
  rawQueryString: string;
  pathParameters: Record<string, string>;
  body: Buffer;
  /** What an authorizer (IAM) says of the caller. */
  authorizer?: object;
  now: Date;
};

/** The input of a function behind an HTTP API or a function URL: payload format 2.0. */
export function httpEvent(request: IncomingMessage, options: HttpEventOptions): object {
  const { cookie, ...headers } = endToEndHeaders(request);
  const cookies = cookie?.split(/; */).filter((pair) => pair !== '') ?? [];
  const query = joinedQuery(options.rawQueryString);
  return {
    version: '2.0',
    routeKey: options.routeKey,
    rawPath: options.rawPath,
    rawQueryString: options.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers: {
      ...headers,
      'x-amzn-trace-id': headers['x-amzn-trace-id'] ?? traceId(options.now),
      'x-forwarded-for': forwardedFor(request),
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    ...(query !== undefined && { queryStringParameters: query }),
    ...(Object.keys(options.pathParameters).length > 0 && { pathParameters: options.pathParameters }),
    requestContext: {
      accountId: options.accountId,
      apiId: options.apiId,
      ...(options.authorizer !== undefined && { authorizer: options.authorizer }),
      domainName: options.domainName,
      domainPrefix: options.apiId,
      http: {
        method: request.method,
        path: options.rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: sourceIp(request),
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: options.requestId,
      routeKey: options.routeKey,
      stage: options.stage,
      time: requestTime(options.now),
      timeEpoch: options.now.getTime(),
    },
    ...bodyFields(request, options.body),
  };
}

function joinedQuery(raw: string): Record<string, string> | undefined {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(raw)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined.size === 0 ? undefined : Object.fromEntries(joined);
}

/** AWS hands over as text only these types; all else is base64, forms, `+json` types and an absent type included. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\b(?![+-]))/i;

function bodyFields(request: IncomingMessage, body: Buffer): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = TEXT.test(request.headers['content-type'] ?? '') && request.headers['content-encoding'] === undefined;
  return text
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
}
