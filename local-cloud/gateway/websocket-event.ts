import type { IncomingMessage } from 'node:http';
import { REGION } from '../aws-request.ts';
import { gatewayId, traceId } from './identifiers.ts';
import { endToEndHeaders, forwardedFor } from './received-request.ts';
import { requestTime } from './request-time.ts';

/** Who a connection is, from its handshake on. */
export type ConnectionIdentity = {
  connectionId: string;
  connectedAt: number;
  identity: { sourceIp: string; userAgent?: string };
};

export type WebSocketApiName = { apiId: string; stage: string };

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';

function requestContext(
  api: WebSocketApiName,
  from: ConnectionIdentity,
  routeKey: string,
  eventType: EventType,
  now: Date,
) {
  const requestId = gatewayId();
  return {
    routeKey,
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(now),
    messageDirection: 'IN',
    stage: api.stage,
    connectedAt: from.connectedAt,
    requestTimeEpoch: now.getTime(),
    identity: from.identity,
    requestId,
    domainName: domainName(api),
    connectionId: from.connectionId,
    apiId: api.apiId,
  };
}

export function connectEvent(
  api: WebSocketApiName,
  from: ConnectionIdentity,
  request: IncomingMessage,
  query: string,
  now: Date,
) {
  const headers = handshakeHeaders(request, now);
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...(names.length > 0 && {
      // Of a repeated parameter the single-valued map keeps the last.
      queryStringParameters: Object.fromEntries(parameters),
      multiValueQueryStringParameters: Object.fromEntries(names.map((name) => [name, parameters.getAll(name)])),
    }),
    requestContext: requestContext(api, from, '$connect', 'CONNECT', now),
    isBase64Encoded: false,
  };
}

export function messageEvent(
  api: WebSocketApiName,
  from: ConnectionIdentity,
  routeKey: string,
  body: string,
  now: Date,
) {
  const context = requestContext(api, from, routeKey, 'MESSAGE', now);
  return { requestContext: { ...context, messageId: gatewayId() }, body, isBase64Encoded: false };
}

export function disconnectEvent(
  api: WebSocketApiName,
  from: ConnectionIdentity,
  code: number,
  reason: string,
  now: Date,
) {
  const context = requestContext(api, from, '$disconnect', 'DISCONNECT', now);
  return {
    headers: { Host: domainName(api), 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' },
    multiValueHeaders: { Host: [domainName(api)], 'x-api-key': [''], 'X-Forwarded-For': [''], 'x-restapi': [''] },
    requestContext: { ...context, disconnectStatusCode: code, disconnectReason: reason },
    isBase64Encoded: false,
  };
}

function domainName(api: WebSocketApiName): string {
  return `${api.apiId}.execute-api.${REGION}.amazonaws.com`;
}

function handshakeHeaders(request: IncomingMessage, now: Date): Record<string, string> {
  const received = {
    'x-amzn-trace-id': traceId(now),
    ...endToEndHeaders(request),
    'x-forwarded-for': forwardedFor(request),
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
  return Object.fromEntries(Object.entries(received).map(([name, value]) => [asWritten(name), value]));
}

/**
 * Unlike HTTP APIs, WebSocket APIs hand headers over as they were written: well-known ones capitalised (`Host`,
 * `Sec-WebSocket-Key`). Node's parser has lost the spelling, so an own `x-` header stays lower-case.
 */
function asWritten(name: string): string {
  if (name.startsWith('x-') && !/^x-(forwarded|amzn|amz-cf)-/.test(name)) return name;
  const capitalised = name.replaceAll(/(^|-)[a-z]/g, (start) => start.toUpperCase());
  return capitalised.replace('Websocket', 'WebSocket');
}
