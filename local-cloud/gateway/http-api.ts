import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { isPreflight, preflightHeaders, withCors, type CorsConfiguration } from './cors.ts';
import { TIMED_OUT, withDeadline } from './deadline.ts';
import { httpEvent } from './http-event.ts';
import { httpAnswer, type HttpAnswer } from './http-result.ts';
import { routeTable, type HttpRoute, type MatchedRoute } from './http-routes.ts';
import { gatewayId } from './identifiers.ts';
import { readBody, RequestAborted, splitTarget } from './received-request.ts';

export type { HttpRoute } from './http-routes.ts';

/** An `AWS::ApiGatewayV2::Api` of protocol HTTP with Lambda proxy integrations. */
export type HttpApi = {
  /** Answers one request; `request.url` is the path inside the stage. Never rejects because of its client or its function. */
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

type HttpApiOptions = {
  apiId: string;
  invoker: Invoker;
  routes: HttpRoute[];
  cors?: CorsConfiguration;
  stage: string;
  now?: () => Date;
  log?: (line: string) => void;
};

const REQUEST_BYTES = 10 * 1024 * 1024;
const LAMBDA_BYTES = 6 * 1024 * 1024;
const HEADER_BYTES = 10_240;

export function createHttpApi(options: HttpApiOptions): HttpApi {
  const match = routeTable(options.routes);
  const now = options.now ?? (() => new Date());
  const log = options.log ?? console.error;

  async function answer(request: IncomingMessage, requestId: string): Promise<HttpAnswer> {
    const { path, query } = splitTarget(request.url ?? '/');
    const tooLong = overHeaderLimit(request);
    if (tooLong !== undefined) return tooLong;
    if (options.cors !== undefined && isPreflight(request)) {
      return { status: 204, headers: preflightHeaders(options.cors, request), cookies: [], body: Buffer.alloc(0) };
    }
    const decoded = decodedPath(path);
    if (decoded === undefined) return message(400, 'Bad Request');
    const matched = match(request.method ?? 'GET', path);
    if (matched === undefined) return message(404, 'Not Found');
    const body = await readBody(request, REQUEST_BYTES);
    if (body === null) return message(413, 'Request Entity Too Large');
    const event = httpEvent(request, {
      accountId: ACCOUNT_ID,
      apiId: options.apiId,
      domainName: `${options.apiId}.execute-api.${REGION}.amazonaws.com`,
      stage: options.stage,
      routeKey: matched.route.routeKey,
      requestId,
      rawPath: options.stage === '$default' ? decoded : `/${options.stage}${decoded}`,
      rawQueryString: query,
      pathParameters: matched.pathParameters,
      body,
      now: now(),
    });
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > LAMBDA_BYTES) return message(413, 'Request Entity Too Large');
    const result = await integrate(matched, payload);
    return { ...result, headers: withCors(options.cors, request, result.headers) };
  }

  async function integrate({ route }: MatchedRoute, payload: string): Promise<HttpAnswer> {
    try {
      const invocation = await withDeadline(options.invoker.invoke(route.functionName, payload), route.timeoutMs);
      if (invocation === TIMED_OUT) return message(503, 'Service Unavailable');
      if (invocation.functionError !== undefined) return message(500, 'Internal Server Error');
      const result = httpAnswer(invocation.payload, 'text/plain; charset=utf-8');
      if (result === null) log(`${route.routeKey}: ${route.functionName} returned a malformed response`);
      return result ?? message(500, 'Internal Server Error');
    } catch (error) {
      log(`${route.routeKey}: ${route.functionName} could not be invoked: ${String(error)}`);
      const throttled = error instanceof Error && error.name === 'TooManyRequests';
      return throttled ? message(503, 'Service Unavailable') : message(500, 'Internal Server Error');
    }
  }

  return {
    async request(request, response) {
      response.on('error', (error) => log(`answering ${request.url}: ${error.message}`));
      const requestId = gatewayId();
      try {
        const { status, headers, cookies, body } = await answer(request, requestId);
        const length = status === 204 || status === 304 ? {} : { 'content-length': String(body.length) };
        const setCookie = cookies.length === 0 ? {} : { 'set-cookie': cookies };
        response.writeHead(status, { ...headers, ...setCookie, ...length, 'apigw-requestid': requestId });
        response.end(request.method === 'HEAD' ? undefined : body);
      } catch (error) {
        if (!(error instanceof RequestAborted)) throw error;
        response.destroy();
      }
    },
  };
}

/** HTTP APIs hand over the path decoded, and lose what follows a decoded `?` (function URLs keep it as sent). */
function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path).split('?')[0];
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** Request line and header values may have 10,240 bytes together. */
function overHeaderLimit(request: IncomingMessage): HttpAnswer | undefined {
  const target = Buffer.byteLength(request.url ?? '/');
  if (target > HEADER_BYTES) return message(414, 'Request-URI Too Long');
  const values = Object.values(request.headers).flat();
  const size = values.reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), target);
  return size > HEADER_BYTES ? message(431, 'Request Header Fields Too Large') : undefined;
}

function message(status: number, text: string): HttpAnswer {
  const body = Buffer.from(JSON.stringify({ message: text }));
  return { status, headers: { 'content-type': 'application/json' }, cookies: [], body };
}
