import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AwsResponse, AwsService, StreamingService } from './aws-request.ts';
import { SignatureRefused, verifySignature } from './signature/verify-signature.ts';

export type Endpoint = { url: string; port: number; stop(): Promise<void> };

type EndpointOptions = {
  port: number;
  host?: string;
  /** Whether to answer a request at all; without it, every one. */
  admit?(request: IncomingMessage): boolean;
  /** AWS APIs by signing name: `sqs`, `dynamodb`, `lambda`, `ssm`. */
  services?: Record<string, AwsService>;
  /** Everything under a path, e.g. `/_aws/execute-api/`. A bucket's name cannot begin with `_`. */
  paths?: Record<string, StreamingService>;
  /** Whatever is addressed to no other service: S3 has no prefix of its own. */
  s3?: StreamingService;
};

const MAX_BODY_BYTES = 17 * 1024 * 1024;

/** One port for all AWS APIs, as `AWS_ENDPOINT_URL` wants it: the service is known by the name the request was signed for. */
export async function startEndpoint(options: EndpointOptions): Promise<Endpoint> {
  const server: Server = createServer({ requestTimeout: 0 }, (request, response) => {
    route(options, request, response).catch((error: unknown) => {
      console.error('aws endpoint:', error);
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: JSON.stringify({ __type: 'InternalFailure', message: String(error) }) });
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const service = byPath(options, request.url ?? '/');
    if (service?.upgrade === undefined || options.admit?.(request) === false)
      socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
    else
      service
        .upgrade(request, socket, head)
        .catch((error: unknown) => socket.destroy(error instanceof Error ? error : undefined));
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(options: EndpointOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (options.admit?.(request) === false)
    return send(response, {
      status: 403,
      headers: { connection: 'close' },
      body: JSON.stringify({ __type: 'AccessDenied' }),
    });
  const streaming = byPath(options, request.url ?? '/');
  if (streaming !== undefined) return streaming.request(request, response);
  const name = signingName(request);
  if (name === 's3') {
    if (options.s3 === undefined) return send(response, unknownService('s3'));
    return options.s3.request(request, response);
  }
  const service = options.services?.[name];
  if (service === undefined) return send(response, unknownService(name));
  const body = await readBody(request);
  if (body === null) {
    const refusal = JSON.stringify({ __type: 'RequestEntityTooLarge', message: `at most ${MAX_BODY_BYTES} bytes` });
    return send(response, { status: 413, headers: { connection: 'close' }, body: refusal });
  }
  const method = request.method ?? 'GET';
  const url = request.url ?? '/';
  try {
    verifySignature(
      { method, url, headers: request.headers },
      createHash('sha256').update(body).digest('hex'),
      new Date(),
    );
  } catch (error) {
    if (!(error instanceof SignatureRefused)) throw error;
    const refusal = JSON.stringify({ __type: `com.amazon.coral.service#${error.code}`, message: error.message });
    return send(response, { status: error.status, headers: { 'x-amzn-errortype': error.code }, body: refusal });
  }
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const { headers } = request;
  send(response, await service({ method, path: pathname, query: searchParams, headers, body, signal: gone.signal }));
}

/** Null when there is more than any of these services takes; DynamoDB's 16 MB are the most. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function byPath(options: EndpointOptions, url: string): StreamingService | undefined {
  return Object.entries(options.paths ?? {}).find(([prefix]) => url.startsWith(prefix))?.[1];
}

/** The service part of `Credential=AKID/date/region/SERVICE/aws4_request`; S3 where there is none (anonymous, POST forms). */
function signingName(request: IncomingMessage): string {
  const header = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  const query = /X-Amz-Credential=[^&]*?(?:%2F|\/)([a-z0-9-]+)(?:%2F|\/)aws4_request/.exec(request.url ?? '');
  return header?.[1] ?? query?.[1] ?? 's3';
}

function unknownService(name: string): AwsResponse {
  const message = `The local cloud does not run the service "${name}".`;
  return {
    status: 501,
    headers: { 'x-amzn-errortype': 'NotImplemented' },
    body: JSON.stringify({ __type: 'NotImplemented', message }),
  };
}

function send(response: ServerResponse, answer: AwsResponse): void {
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0', ...answer.headers });
  response.end(answer.body);
}
