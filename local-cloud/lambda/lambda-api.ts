import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION, type AwsRequest, type AwsResponse, type AwsService } from '../aws-request.ts';
import type { FunctionDefinition } from './function-definition.ts';
import type { Invoker } from './invoker.ts';
import { FunctionNotFound, RequestTooLarge, TooManyRequests } from './lambda-refusals.ts';

const FUNCTIONS = '/2015-03-31/functions';
const NAME = new RegExp(
  `^(?:arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:|${ACCOUNT_ID}:function:|function:)?([\\w-]{1,64})(?::\\$LATEST)?$`,
);

type Host = Pick<Invoker, 'invoke'> & {
  enqueue(definition: FunctionDefinition, payload: string): string;
  definition(functionName: string): FunctionDefinition;
  definitions(): FunctionDefinition[];
};

/** The Lambda API as the SDK calls it: Invoke, GetFunction and ListFunctions; everything else is refused by name. */
export function lambdaApi(host: Host): AwsService {
  return async (request) => {
    try {
      return await route(host, request);
    } catch (error) {
      const refusal = asRefusal(error);
      if (refusal === undefined) throw error;
      return refusal;
    }
  };
}

async function route(host: Host, request: AwsRequest): Promise<AwsResponse> {
  const { method, path } = request;
  const [, encodedName, rest] = new RegExp(`^${FUNCTIONS}/([^/]+)(.*)$`).exec(path) ?? [];
  if (method === 'GET' && (path === FUNCTIONS || path === `${FUNCTIONS}/`)) {
    return json(200, { Functions: host.definitions().map(configuration) });
  }
  if (encodedName === undefined) return notEmulated(request);
  const definition = host.definition(functionName(encodedName, request));
  if (method === 'GET' && rest === '') {
    return json(200, { Configuration: configuration(definition), Code: { RepositoryType: 'S3' } });
  }
  if (method === 'POST' && rest === '/invocations') return invoke(host, definition, request);
  return notEmulated(request);
}

async function invoke(host: Host, definition: FunctionDefinition, request: AwsRequest): Promise<AwsResponse> {
  if (request.headers['x-amz-client-context'] !== undefined) {
    return refuse(400, 'InvalidParameterValueException', 'The local cloud does not pass on a client context.');
  }
  const payload = request.body.length === 0 ? '{}' : request.body.toString('utf8');
  try {
    JSON.parse(payload);
  } catch (error) {
    return refuse(400, 'InvalidRequestContentException', `Could not parse request body into json: ${String(error)}`);
  }
  const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  if (type === 'DryRun') return { status: 204, headers: { 'x-amzn-requestid': randomUUID() } };
  if (type === 'Event') {
    return { status: 202, headers: { 'x-amzn-requestid': host.enqueue(definition, payload) } };
  }
  if (type !== 'RequestResponse') {
    return refuse(400, 'InvalidParameterValueException', `Unknown InvocationType ${String(type)}.`);
  }
  if (request.headers['x-amz-log-type'] === 'Tail') {
    return refuse(400, 'InvalidParameterValueException', 'The local cloud does not return logs: they are printed.');
  }
  const { payload: result, functionError, requestId } = await host.invoke(definition.name, payload);
  const failed = functionError === undefined ? {} : { 'x-amz-function-error': functionError };
  const headers = {
    'content-type': 'application/json',
    'x-amzn-requestid': requestId,
    'x-amz-executed-version': '$LATEST',
  };
  return { status: 200, headers: { ...headers, ...failed }, body: result };
}

/** Accepts a name, an ARN or a partial ARN; there is no version but `$LATEST`. */
function functionName(encoded: string, request: AwsRequest): string {
  const given = decodeURIComponent(encoded);
  const name = NAME.exec(given)?.[1];
  if (name === undefined || !['$LATEST', null].includes(request.query.get('Qualifier'))) {
    throw new FunctionNotFound(given);
  }
  return name;
}

function configuration(definition: FunctionDefinition): Record<string, unknown> {
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Handler: definition.handler,
    Environment: { Variables: definition.environment },
    MemorySize: definition.memoryMb,
    Timeout: definition.timeoutSeconds,
    Version: '$LATEST',
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  };
}

function asRefusal(error: unknown): AwsResponse | undefined {
  if (error instanceof FunctionNotFound) return refuse(404, 'ResourceNotFoundException', error.message);
  if (error instanceof RequestTooLarge) return refuse(413, 'RequestTooLargeException', error.message);
  if (error instanceof TooManyRequests) {
    return refuse(429, 'TooManyRequestsException', error.message, { Reason: error.reason });
  }
  if (error instanceof URIError) return refuse(400, 'InvalidParameterValueException', error.message);
  return undefined;
}

function notEmulated({ method, path }: AwsRequest): AwsResponse {
  return refuse(501, 'NotImplemented', `The local cloud's Lambda does not answer ${method} ${path}`);
}

function refuse(status: number, code: string, message: string, extra: Record<string, string> = {}): AwsResponse {
  return json(status, { Type: status < 500 ? 'User' : 'Service', Message: message, message, ...extra }, code);
}

function json(status: number, body: unknown, errorType?: string): AwsResponse {
  const headers = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() };
  const typed = errorType === undefined ? headers : { ...headers, 'x-amzn-errortype': errorType };
  return { status, headers: typed, body: JSON.stringify(body) };
}
