import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { createDistribution } from './distribution.ts';
import type { BucketConditions, HttpTarget, OriginTarget } from './origin-target.ts';

const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
export const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const ALL_BUT_HOST = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';
const ALL_METHODS = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'];

const servers: Server[] = [];
/** Ends every server the tests of a file started. */
export function stopServers(): void {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
}

export type World = {
  behavior?: object;
  behaviors?: object[];
  config?: object;
  origin?: object;
  functions?: Record<string, string>;
  policies?: {
    cache?: Record<string, unknown>;
    originRequest?: Record<string, unknown>;
    responseHeaders?: Record<string, unknown>;
  };
  targets?: Record<string, OriginTarget>;
  log?: (line: string) => void;
};

export const api = (behavior: object = {}) => ({
  TargetOriginId: 'api',
  ViewerProtocolPolicy: 'redirect-to-https',
  CachePolicyId: CACHING_DISABLED,
  OriginRequestPolicyId: ALL_BUT_HOST,
  AllowedMethods: ALL_METHODS,
  ...behavior,
});
export const site = (behavior: object = {}) => ({
  TargetOriginId: 'site',
  ViewerProtocolPolicy: 'redirect-to-https',
  CachePolicyId: CACHING_OPTIMIZED,
  Compress: true,
  ...behavior,
});

export function distributionOf(world: World) {
  return createDistribution({
    config: {
      Enabled: true,
      DefaultCacheBehavior: world.behavior ?? api(),
      CacheBehaviors: world.behaviors ?? [],
      Origins: [
        {
          Id: 'api',
          DomainName: 'api.test',
          CustomOriginConfig: { OriginProtocolPolicy: 'https-only' },
          ...world.origin,
        },
        {
          Id: 'site',
          DomainName: 'site.test',
          S3OriginConfig: { OriginAccessIdentity: '' },
          OriginAccessControlId: 'oac',
        },
      ],
      ...world.config,
    },
    functions: world.functions ?? {},
    policies: { cache: {}, originRequest: {}, responseHeaders: {}, ...world.policies },
    origin: (domainName) => world.targets?.[domainName],
    log: world.log ?? (() => undefined),
  });
}

export async function serve(world: World): Promise<string> {
  const distribution = distributionOf(world);
  const server = createServer((request, response) => void distribution.request(request, response));
  server.on('upgrade', (request, socket, head) => void distribution.upgrade(request, socket, head));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

export const http = (answer: (request: IncomingMessage, response: ServerResponse) => unknown): HttpTarget => ({
  kind: 'http',
  async request(request, response) {
    await answer(request, response);
  },
});

export type Echo = { method: string; url: string; headers: Record<string, string>; body: string };
export const echo = http(async (request, response) => {
  const body = Buffer.concat(await request.toArray()).toString();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
});

export const files: Record<string, string> = {
  'index.html': '<h1>hi</h1>',
  'big.css': 'a{} '.repeat(1000),
  'ü b.txt': 'ü',
};
export const bucket = (asked: [string, BucketConditions][] = [], listable = false): OriginTarget => ({
  kind: 'bucket',
  listable,
  async get(key, conditions) {
    asked.push([key, conditions]);
    const content = files[key];
    if (content === undefined) return { status: 404, headers: {}, body: Readable.from(['<Error/>']) };
    const type = key.endsWith('.css') ? 'text/css' : 'text/html';
    const headers = { 'content-type': type, 'content-length': String(Buffer.byteLength(content)), etag: '"e1"' };
    if (conditions.ifNoneMatch === '"e1"') return { status: 304, headers: { etag: '"e1"' } };
    return {
      status: 200,
      headers,
      ...(conditions.method === 'GET' && { body: Readable.from([Buffer.from(content)]) }),
    };
  },
});

export const on = (EventType: string, FunctionARN = 'fn') => ({ FunctionAssociations: [{ EventType, FunctionARN }] });
