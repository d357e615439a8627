import { randomUUID } from 'node:crypto';
import type { AwsRequest, AwsResponse, AwsService } from '../aws-request.ts';
import { operations, ParameterRefused } from './parameter-operations.ts';
import { openParameterStore, type ParameterType } from './parameter-store.ts';

export type Parameters = {
  /** SSM's Parameter Store: put, get, by path, delete; everything else is refused by name. */
  service: AwsService;
  /** Writes a parameter whether it exists or not; the version moves only when the value or the type does. */
  put(name: string, value: string, type: ParameterType): Promise<void>;
};

/** The parameters kept in `file`; what was acknowledged is there after a kill. */
export async function openParameters(options: { file: string; now?: () => Date }): Promise<Parameters> {
  const store = await openParameterStore(options.file);
  const now = options.now ?? (() => new Date());
  return {
    async service(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (error instanceof ParameterRefused) return respond(400, { __type: error.code, message: error.message });
        throw error;
      }
    },
    async put(name, value, type) {
      const existing = store.get(name);
      if (existing?.value !== value || existing.type !== type) await store.set(name, value, type, now());
    },
  };

  async function answer(request: AwsRequest): Promise<AwsResponse> {
    const operation = String(request.headers['x-amz-target']).replace(/^AmazonSSM\./, '');
    const perform = operations.get(operation);
    if (perform === undefined) {
      return respond(501, { __type: 'NotImplemented', message: `The local cloud's SSM does not know ${operation}.` });
    }
    return respond(200, await perform(store, parseJson(request.body), now()));
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new ParameterRefused('SerializationException', String(error));
  }
}

function respond(status: number, body: Record<string, unknown>): AwsResponse {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() };
  return { status, headers, body: JSON.stringify(body) };
}
