import { Pool } from 'undici';
import { REGION, type AwsRequest, type AwsService } from '../aws-request.ts';

const CONNECTIONS = 64;
const NOT_FORWARDED = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect']);

// The engine knows no region and writes its own name instead. It reads ARNs of any region, so only its answers are put
// right, and of these only the ones that may hold an ARN: the others are on the hot path.
const ENGINE_REGION = /(arn:aws:dynamodb:|"awsRegion":")dynoxide/g;
const MAY_NAME_REGION = /\.\w+(Table|Tables|Stream|Streams|Records|TimeToLive)$/;

/** Hands requests on to another AWS endpoint as they are, and answers 500 (which the SDK tries again) while it is down. */
export function forwardTo(endpoint: string): { service: AwsService; close(): Promise<void> } {
  const pool = new Pool(endpoint, { connections: CONNECTIONS });
  return {
    async service(request) {
      try {
        const { statusCode, headers, body } = await pool.request({
          method: request.method === 'GET' ? 'GET' : 'POST',
          path: request.path,
          headers: forwarded(request),
          body: request.body,
        });
        const answer = Buffer.from(await body.arrayBuffer());
        const kept = ['content-type', 'x-amzn-requestid', 'x-amzn-errortype'].flatMap((name) => {
          const value = headers[name];
          return typeof value === 'string' ? [[name, value]] : [];
        });
        const namesRegion = MAY_NAME_REGION.test(String(request.headers['x-amz-target']));
        return {
          status: statusCode,
          headers: Object.fromEntries(kept),
          body: namesRegion ? inThisRegion(answer.toString('utf8')) : answer,
        };
      } catch (error) {
        const message = `The DynamoDB engine does not answer: ${String(error)}`;
        return {
          status: 500,
          body: JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError', message }),
        };
      }
    },
    close: () => pool.destroy(),
  };
}

/** The ARNs of an answer, of this cloud's region instead of the engine's. */
export function inThisRegion(text: string): string {
  return text.replace(ENGINE_REGION, `$1${REGION}`);
}

function forwarded({ headers }: AwsRequest): Record<string, string> {
  const kept = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !NOT_FORWARDED.has(name) ? [[name, value]] : [],
  );
  return Object.fromEntries(kept);
}
