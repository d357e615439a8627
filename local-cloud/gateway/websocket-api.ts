import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { WebSocketServer } from 'ws';
import type { Invoker } from '../lambda/invoker.ts';
import { connectionsApi } from './connections-api.ts';
import { TIMED_OUT, withDeadline } from './deadline.ts';
import { gatewayId } from './identifiers.ts';
import { RequestAborted, sourceIp, splitTarget } from './received-request.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { runConnect } from './run-connect.ts';
import { AWS_LIMITS, openConnection, type Connection, type WebSocketLimits } from './websocket-connection.ts';
import { connectEvent, disconnectEvent, messageEvent, type ConnectionIdentity } from './websocket-event.ts';
import { webSocketRoutes, type WebSocketRoute } from './websocket-routes.ts';

export type { WebSocketRoute } from './websocket-routes.ts';

/** An `AWS::ApiGatewayV2::Api` of protocol WEBSOCKET with Lambda proxy integrations, without route responses. */
export type WebSocketApi = {
  /** Runs a handshake; `url` is path and query inside the stage. Settles when the connection is open or refused. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): Promise<void>;
  /** The management API, `…/@connections/{id}`; `request.url` (or its `originalUrl`) must be the URL that was signed. */
  request(request: IncomingMessage, response: ServerResponse): Promise<void>;
  connectionCount(): number;
  /** Closes every connection and waits a little for their `$disconnect`. */
  stop(): Promise<void>;
};

type WebSocketApiOptions = {
  apiId: string;
  stage: string;
  invoker: Invoker;
  routes: WebSocketRoute[];
  routeSelectionExpression: string;
  now?: () => Date;
  limits?: WebSocketLimits;
  log?: (line: string) => void;
};

/** How long `stop` waits for close frames to be answered and `$disconnect` to run. */
const STOP_MS = 2000;
/**
 * On AWS thousands of `$disconnect` that come together are over before they add up to the account's concurrency. Here they would wait
 * for processes, and those beyond it would be lost.
 */
const DISCONNECTS_AT_ONCE = 100;

export function createWebSocketApi(options: WebSocketApiOptions): WebSocketApi {
  const now = options.now ?? (() => new Date());
  const log = options.log ?? console.error;
  const limits = options.limits ?? AWS_LIMITS;
  const routes = webSocketRoutes(options.routes, options.routeSelectionExpression);
  const connections = new Map<string, Connection>();
  const running = new Set<Promise<void>>();
  const subprotocols = new WeakMap<IncomingMessage, string>();
  const inTurn = pLimit(DISCONNECTS_AT_ONCE);
  let stopping = false;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: limits.messageBytes,
    // The `$connect` function alone decides; ws would pick the first one offered.
    handleProtocols: (_offered, request) => subprotocols.get(request) ?? false,
  });

  function track(work: Promise<void>): void {
    running.add(work);
    void work.finally(() => running.delete(work));
  }

  async function disconnected(who: ConnectionIdentity, code: number, reason: string): Promise<void> {
    connections.delete(who.connectionId);
    if (routes.disconnect === undefined) return;
    const { functionName } = routes.disconnect;
    try {
      const event = disconnectEvent(options, who, code, reason, now());
      const { functionError, payload } = await inTurn(() =>
        options.invoker.invoke(functionName, JSON.stringify(event)),
      );
      if (functionError !== undefined) log(`$disconnect: ${functionName} failed: ${payload}`);
    } catch (error) {
      log(`$disconnect: ${functionName} could not be invoked: ${String(error)}`);
    }
  }

  async function received(who: ConnectionIdentity, body: string): Promise<void> {
    const reply = (message: string, requestId: string): void => {
      const { connectionId } = who;
      connections.get(connectionId)?.send(JSON.stringify({ message, connectionId, requestId }));
    };
    const route = routes.select(body);
    if (route === undefined) return reply('Forbidden', gatewayId());
    const event = messageEvent(options, who, route.routeKey, body, now());
    const { requestId } = event.requestContext;
    try {
      const work = options.invoker.invoke(route.functionName, JSON.stringify(event));
      const invocation = await withDeadline(work, route.timeoutMs);
      if (invocation === TIMED_OUT) return reply('Endpoint request timed out', requestId);
      if (invocation.functionError !== undefined) reply('Internal server error', requestId);
    } catch (error) {
      log(`${route.routeKey}: ${route.functionName} could not be invoked: ${String(error)}`);
      reply('Internal server error', requestId);
    }
  }

  /** False when the client left while `$connect` ran. */
  function open(who: ConnectionIdentity, request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    let opened = false;
    server.handleUpgrade(request, socket, head, (webSocket) => {
      opened = true;
      const connection = openConnection(who, socket, webSocket, limits, now, {
        message: (text) => {
          const work = received(who, text);
          track(work);
          return work;
        },
        closed: (code, reason) => track(disconnected(who, code, reason)),
      });
      connections.set(who.connectionId, connection);
    });
    return opened;
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, url: string): Promise<void> {
    socket.on('error', () => socket.destroy());
    const userAgent = request.headers['user-agent'];
    const identity = { sourceIp: sourceIp(request), ...(userAgent !== undefined && { userAgent }) };
    const who = { connectionId: gatewayId(), connectedAt: now().getTime(), identity };
    const refuse = (status: number, message: string): void => {
      refuseUpgrade(
        socket,
        status,
        JSON.stringify({ message, connectionId: who.connectionId, requestId: gatewayId() }),
      );
    };
    const { path, query } = splitTarget(url);
    if (stopping) return refuse(503, 'Service Unavailable');
    if (path !== '/' && path !== '') return refuse(403, 'Forbidden');
    if (!isHandshake(request)) return refuse(400, 'Bad Request');
    if (routes.connect !== undefined) {
      const event = JSON.stringify(connectEvent(options, who, request, query, now()));
      const decision = await runConnect(options.invoker, routes.connect, event, log);
      if (!decision.accepted) return refuse(decision.status, decision.message);
      if (decision.subprotocol !== undefined) subprotocols.set(request, decision.subprotocol);
    }
    if (stopping) socket.destroy();
    if (!open(who, request, socket, head)) track(disconnected(who, 1006, ''));
  }

  const manage = connectionsApi({ find: (id) => connections.get(id), messageBytes: limits.messageBytes, now });

  return {
    upgrade,
    async request(request, response) {
      try {
        await manage(request, response);
      } catch (error) {
        if (!(error instanceof RequestAborted)) throw error;
        response.destroy();
      }
    },
    connectionCount: () => connections.size,
    async stop() {
      stopping = true;
      for (const connection of connections.values()) connection.close(1001, 'Going away');
      for (let waited = 0; waited < STOP_MS && connections.size + running.size > 0; waited += 20) await sleep(20);
      for (const connection of connections.values()) connection.terminate();
    },
  };
}

function isHandshake({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    headers['sec-websocket-version'] === '13' &&
    /^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')
  );
}
