import { randomBytes } from 'node:crypto';
import { ServerResponse, type IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { behaviorsOf, type CompiledBehavior } from './behaviors.ts';
import { askBucket } from './bucket-origin.ts';
import { compressed } from './compression.ts';
import { parseDistribution, type Origin } from './distribution-config.ts';
import { EdgeResultInvalid, fromRequestResult, fromResponseResult, requestEvent, responseEvent } from './edge-event.ts';
import { EdgeFunctionFailed } from './edge-function.ts';
import { httpOrigin, type HttpOrigin } from './http-origin.ts';
import { errorAnswer, type Answer, type ViewerRequest } from './messages.ts';
import { originRequest } from './origin-request.ts';
import type { HttpTarget, OriginTarget } from './origin-target.ts';
import { sendAnswer } from './viewer-answer.ts';
import { viewerRequest } from './viewer-request.ts';

export type { OriginTarget } from './origin-target.ts';

/** An `AWS::CloudFront::Distribution`. Nothing is cached: every request is a miss, and policies only say what is forwarded. */
export type Distribution = {
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Settles when the origin has taken or refused the handshake. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
};

type DistributionOptions = {
  /** The template's `DistributionConfig`, intrinsics resolved. */
  config: unknown;
  /** Code of the CloudFront functions by ARN. */
  functions: Record<string, string>;
  /** The template's policies by id, each as its CloudFormation config. */
  policies: {
    cache: Record<string, unknown>;
    originRequest: Record<string, unknown>;
    responseHeaders: Record<string, unknown>;
  };
  origin: (domainName: string) => OriginTarget | undefined;
  log?: (line: string) => void;
};

const READ_SECONDS = 30;
const DOMAIN_NAME = 'd000000000000.cloudfront.net';

/** What the edge decided before any origin was asked: to answer itself, or to ask with this request. */
type Decision = { behavior: CompiledBehavior } & ({ answer: Answer } | { ask: ViewerRequest });

export function createDistribution(options: DistributionOptions): Distribution {
  const log = options.log ?? console.error;
  const config = parseDistribution(options.config);
  const behaviorOf = behaviorsOf(config, { ...options, log });
  const httpOrigins = new WeakMap<HttpTarget, HttpOrigin>();

  function decide(request: ViewerRequest): Decision {
    const behavior = behaviorOf(request.uri);
    if (!behavior.allows(request.method)) {
      return { behavior, answer: errorAnswer(403, 'This distribution does not allow the HTTP method of the request.') };
    }
    const { onRequest } = behavior;
    if (onRequest === undefined) return { behavior, ask: request };
    const outcome = atTheEdge(() => fromRequestResult(onRequest(requestEvent(request, eventContext())), request));
    return 'status' in outcome ? { behavior, answer: outcome } : { behavior, ask: outcome };
  }

  async function askOrigin(
    behavior: CompiledBehavior,
    viewer: ViewerRequest,
    request: IncomingMessage | undefined,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { origin } = behavior;
    const target = options.origin(origin.DomainName);
    if (target === undefined) return errorAnswer(502, `CloudFront cannot resolve the origin ${origin.DomainName}.`);
    const asked = originRequest(rooted(viewer), origin, behavior.forwarding, DOMAIN_NAME);
    if (target.kind === 'bucket') return askBucket(target, asked);
    const existing = httpOrigins.get(target) ?? httpOrigin(target, log);
    httpOrigins.set(target, existing);
    return existing.ask(
      asked,
      request !== undefined && hasBody(request) ? request : undefined,
      timeouts(origin),
      signal,
    );
  }

  function rooted(request: ViewerRequest): ViewerRequest {
    return request.uri === '/' ? { ...request, uri: `/${config.DefaultRootObject.replace(/^\//, '')}` } : request;
  }

  /** The configured page of an error, if there is one; the error itself when the page cannot be had. */
  async function errorPage(answer: Answer, viewer: ViewerRequest, signal: AbortSignal): Promise<Answer> {
    const custom = config.CustomErrorResponses.find(({ ErrorCode }) => ErrorCode === answer.status);
    if (custom?.ResponsePagePath === undefined) return answer;
    const page: ViewerRequest = { ...viewer, method: 'GET', uri: custom.ResponsePagePath, query: '', headers: {} };
    const found = await askOrigin(behaviorOf(page.uri), page, undefined, signal);
    if (found.status !== 200) {
      discard(found);
      return answer;
    }
    discard(answer);
    return { ...found, status: custom.ResponseCode ?? answer.status };
  }

  async function answerTo(
    decision: Decision,
    viewer: ViewerRequest,
    request: IncomingMessage,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { behavior } = decision;
    const { onResponse } = behavior;
    const fromEdge = 'answer' in decision;
    let answer = fromEdge ? decision.answer : await askOrigin(behavior, decision.ask, request, signal);
    if (answer.status >= 400 && answer.from !== 'function') answer = await errorPage(answer, viewer, signal);
    const [origin] = viewer.headers['origin'] ?? [];
    if (behavior.responseHeaders !== undefined) {
      answer = { ...answer, headers: behavior.responseHeaders(answer.headers, origin) };
    }
    // CloudFront does not invoke it for what the other function answered, nor for errors.
    if (onResponse !== undefined && !fromEdge && answer.status < 400) {
      const before = answer;
      answer = atTheEdge(() => fromResponseResult(onResponse(responseEvent(viewer, before, eventContext())), before));
      if (answer.body !== before.body) discard(before);
    }
    if (!behavior.compress || request.method === 'HEAD') return answer;
    return compressed(answer, viewer.headers['accept-encoding']?.join(',') ?? '', behavior.forwarding.cache);
  }

  function atTheEdge<T extends ViewerRequest | Answer>(run: () => T): T | Answer {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof EdgeFunctionFailed) && !(error instanceof EdgeResultInvalid)) throw error;
      log(error.message);
      const why = 'The CloudFront function associated with the distribution failed.';
      if (error instanceof EdgeFunctionFailed) return errorAnswer(503, why, 'FunctionExecutionError');
      return errorAnswer(502, why, 'FunctionValidationError');
    }
  }

  function unforeseen(error: unknown): Answer {
    log(`the origin could not be asked: ${String(error)}`);
    return errorAnswer(502, 'The origin could not be asked.');
  }

  async function serve(request: IncomingMessage, response: ServerResponse, decided?: Decision): Promise<void> {
    response.on('error', (error) => log(`answering ${request.url}: ${error.message}`));
    const viewer = viewerRequest(request);
    if (viewer === undefined) {
      return sendAnswer(errorAnswer(400, 'Bad request.'), request, response, DOMAIN_NAME);
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    const answer = await answerTo(decided ?? decide(viewer), viewer, request, left.signal).catch(unforeseen);
    if (left.signal.aborted) discard(answer);
    else await sendAnswer(answer, request, response, DOMAIN_NAME);
  }

  return {
    request: (request, response) => serve(request, response),
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const viewer = viewerRequest(request);
      const decision = viewer === undefined ? undefined : decide(viewer);
      if (decision !== undefined && 'ask' in decision && request.headers.upgrade?.toLowerCase() === 'websocket') {
        const { origin, forwarding } = decision.behavior;
        const target = options.origin(origin.DomainName);
        if (target?.kind === 'http' && target.upgrade !== undefined) {
          const asked = originRequest(rooted(decision.ask), origin, forwarding, DOMAIN_NAME);
          const headers = Object.entries(asked.headers).map(([name, values]) => [name, values.join(', ')]);
          request.url = asked.query === '' ? asked.path : `${asked.path}?${asked.query}`;
          request.headers = { ...Object.fromEntries(headers), connection: 'Upgrade', upgrade: 'websocket' };
          return target.upgrade(request, socket, head, request.url);
        }
      }
      await serve(request, responseOn(socket, request), decision);
    },
  };
}

/** A plain HTTP response on the socket of an upgrade that was not granted; the connection ends with it. */
function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  if (socket instanceof Socket) response.assignSocket(socket);
  response.once('finish', () => socket.end());
  socket.once('close', () => response.destroy());
  return response;
}

function eventContext(): { distributionDomainName: string; requestId: string } {
  return { distributionDomainName: DOMAIN_NAME, requestId: randomBytes(40).toString('base64url') };
}

function timeouts(origin: Origin): { readMs: number; completionMs: number | undefined } {
  const read = (origin.CustomOriginConfig ?? origin.S3OriginConfig)?.OriginReadTimeout ?? READ_SECONDS;
  const completion = origin.ResponseCompletionTimeout;
  return { readMs: read * 1000, completionMs: completion === undefined ? undefined : completion * 1000 };
}

/** An upgrade has none: its parser has let go of the socket. */
function hasBody({ headers }: IncomingMessage): boolean {
  if (headers.upgrade !== undefined) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function discard({ body }: Answer): void {
  if (body !== undefined && !Buffer.isBuffer(body)) body.destroy();
}
