import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AwsResponse } from '../aws-request.ts';
import { SignatureRefused, verifySignature } from '../signature/verify-signature.ts';
import { gatewayId } from './identifiers.ts';
import { readBody, signedUrl, splitTarget } from './received-request.ts';
import type { Connection } from './websocket-connection.ts';

type ConnectionsApiOptions = {
  find(connectionId: string): Connection | undefined;
  messageBytes: number;
  now(): Date;
};

/** API Gateway's management API: `POST`, `GET` and `DELETE` of `/@connections/{id}`, its signature checked. */
export function connectionsApi(options: ConnectionsApiOptions) {
  async function answer(request: IncomingMessage): Promise<AwsResponse> {
    const body = await readBody(request, options.messageBytes);
    // Before the signature, because it covers a body that nobody keeps.
    if (body === null) return refusal(413, 'PayloadTooLargeException', 'Message too long');
    const refused = checkSignature(request, body, options.now());
    if (refused !== undefined) return refused;
    const { path } = splitTarget(request.url ?? '/');
    const [, encoded] = /\/@connections\/([^/]+)$/.exec(path) ?? [];
    const connectionId = decodedId(encoded);
    if (connectionId === undefined)
      return refusal(400, 'BadRequestException', `Invalid connectionId: ${encoded ?? ''}`);
    const connection = options.find(connectionId);
    if (connection === undefined) return gone();
    switch (request.method) {
      case 'POST':
        return connection.send(body.toString('utf8')) ? { status: 200 } : gone();
      case 'GET':
        return { status: 200, body: JSON.stringify(description(connection)) };
      case 'DELETE':
        connection.close(1000, 'Connection Closed Normally');
        return { status: 204 };
      default:
        return refusal(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, headers, body } = await answer(request);
    const requestId = { 'x-amzn-requestid': gatewayId() };
    response.writeHead(status, { 'content-type': 'application/json', ...headers, ...requestId });
    response.end(body);
  };
}

function decodedId(encoded: string | undefined): string | undefined {
  if (encoded === undefined || !/^[\w%-]+=?$/.test(encoded)) return undefined;
  const id = encoded.replace(/%3D$/i, '=');
  return /^[\w-]{15}=$/.test(id) ? id : undefined;
}

function description(connection: Connection): object {
  return {
    connectedAt: new Date(connection.connectedAt).toISOString(),
    identity: connection.identity,
    lastActiveAt: new Date(connection.lastActiveAt()).toISOString(),
  };
}

function checkSignature(request: IncomingMessage, body: Buffer, now: Date): AwsResponse | undefined {
  const hash = createHash('sha256').update(body).digest('hex');
  try {
    const signed = { method: request.method ?? 'GET', url: signedUrl(request), headers: request.headers };
    if (verifySignature(signed, hash, now).scope.service === 'execute-api') return undefined;
    const scope = "Credential should be scoped to correct service: 'execute-api'.";
    return refusal(403, 'InvalidSignatureException', scope);
  } catch (error) {
    if (error instanceof SignatureRefused) return refusal(error.status, error.code, error.message);
    throw error;
  }
}

function gone(): AwsResponse {
  return refusal(410, 'GoneException', 'Gone');
}

/** Without `x-amzn-errortype` the SDK would name every error `Unknown`. */
function refusal(status: number, code: string, message: string): AwsResponse {
  return { status, headers: { 'x-amzn-errortype': code }, body: JSON.stringify({ message }) };
}
