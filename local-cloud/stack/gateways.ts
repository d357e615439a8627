import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { StreamingService } from '../aws-request.ts';
import { createFunctionUrl, type FunctionUrl } from '../gateway/function-url.ts';
import { createHttpApi } from '../gateway/http-api.ts';
import { createWebSocketApi } from '../gateway/websocket-api.ts';
import type { Invoker } from '../lambda/invoker.ts';
import type { Plan } from '../template/plan-stack.ts';
import { EXECUTE_API, LAMBDA_URL } from './addresses.ts';

type Trust = 'signed-by-origin-access-control';

/** One API stage or function URL; `url` is path and query as AWS would see them at its host. */
export type Gateway = {
  request: (request: IncomingMessage, response: ServerResponse, url: string, trust?: Trust) => Promise<void>;
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer, url: string) => Promise<void>;
};

export type Gateways = {
  /** By the first label of AWS's host name: an API's id, or a function URL's. */
  byId: Map<string, Gateway>;
  /** What the AWS endpoint serves under its own paths. */
  paths: Record<string, StreamingService>;
  stop(): Promise<void>;
};

type StageGateway = Gateway & { stop?(): Promise<void> };

/** Every API and function URL of a plan. */
export function createGateways(
  plan: Pick<Plan, 'apis' | 'urls'>,
  invoker: Invoker,
  log: (line: string) => void,
): Gateways {
  const stages = plan.apis.map((api) => ({
    apiId: api.apiId,
    stage: api.stage,
    gateway: api.protocol === 'HTTP' ? httpStage(api, invoker, log) : webSocketStage(api, invoker, log),
  }));
  const byId = new Map<string, Gateway>();
  for (const { apiId } of stages)
    byId.set(
      apiId,
      chooseStage(new Map(stages.filter((each) => each.apiId === apiId).map((each) => [each.stage, each.gateway]))),
    );
  for (const url of plan.urls) byId.set(url.urlId, urlGateway(createFunctionUrl({ ...url, invoker, log })));
  return {
    byId,
    paths: { [EXECUTE_API]: underPath(EXECUTE_API, byId), [LAMBDA_URL]: underPath(LAMBDA_URL, byId) },
    async stop() {
      await Promise.all(stages.flatMap(({ gateway }) => gateway.stop?.() ?? []));
    },
  };
}

function httpStage(api: Plan['apis'][number], invoker: Invoker, log: (line: string) => void): StageGateway {
  const gateway = createHttpApi({ ...api, invoker, log });
  return { request: (request, response, url) => gateway.request(withUrl(request, url), response) };
}

function webSocketStage(api: Plan['apis'][number], invoker: Invoker, log: (line: string) => void): StageGateway {
  const gateway = createWebSocketApi({ ...api, invoker, log });
  return {
    request: (request, response, url) => gateway.request(withUrl(request, url), response),
    upgrade: (request, socket, head, url) => gateway.upgrade(request, socket, head, url),
    stop: () => gateway.stop(),
  };
}

function urlGateway(gateway: FunctionUrl): Gateway {
  return { request: (request, response, url, trust) => gateway.request(withUrl(request, url), response, trust) };
}

/** A path begins with the stage's name, unless the stage is `$default`. */
function chooseStage(stages: Map<string, StageGateway>): Gateway {
  function choose(url: string): { gateway: StageGateway; url: string } | undefined {
    const [, name = '', rest = ''] = /^\/([^/?]*)(.*)$/.exec(url) ?? [];
    const named = stages.get(name);
    if (named !== undefined) return { gateway: named, url: rest.startsWith('/') ? rest : `/${rest}` };
    const whole = stages.get('$default');
    return whole && { gateway: whole, url };
  }
  return {
    async request(request, response, url) {
      const chosen = choose(url);
      if (chosen === undefined) return notFound(response);
      return chosen.gateway.request(request, response, chosen.url);
    },
    async upgrade(request, socket, head, url) {
      const chosen = choose(url);
      if (chosen?.gateway.upgrade === undefined) return refuseUpgrade(socket);
      return chosen.gateway.upgrade(request, socket, head, chosen.url);
    },
  };
}

function underPath(prefix: string, byId: Map<string, Gateway>): StreamingService {
  function find(url: string): { gateway: Gateway | undefined; url: string } {
    const [, id = '', rest = ''] = /^([^/?]*)(.*)$/.exec(url.slice(prefix.length)) ?? [];
    return { gateway: byId.get(id), url: rest.startsWith('/') ? rest : `/${rest}` };
  }
  return {
    async request(request, response) {
      const { gateway, url } = find(request.url ?? '/');
      if (gateway === undefined) return notFound(response);
      return gateway.request(request, response, url);
    },
    async upgrade(request, socket, head) {
      const { gateway, url } = find(request.url ?? '/');
      if (gateway?.upgrade === undefined) return refuseUpgrade(socket);
      return gateway.upgrade(request, socket, head, url);
    },
  };
}

/** The URL as sent stays beside the one inside the stage: a signature covers it. */
function withUrl(request: IncomingMessage, url: string): IncomingMessage {
  return Object.assign(request, { originalUrl: request.url, url });
}

function notFound(response: ServerResponse): Promise<void> {
  response.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
  return Promise.resolve();
}

function refuseUpgrade(socket: Duplex): Promise<void> {
  socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  return Promise.resolve();
}
