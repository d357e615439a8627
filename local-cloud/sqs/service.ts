import { randomUUID } from 'node:crypto';
import type { AwsRequest, AwsResponse, AwsService } from '../aws-request.ts';
import type { Operation } from './operation.ts';
import { SqsError } from './sqs-error.ts';

/** SQS's JSON 1.0 protocol over these operations. An operation that is not among them is refused by name. */
export function sqsService(operations: Record<string, Operation>): AwsService {
  return async (request) => {
    try {
      const name = /^AmazonSQS\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
      const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (run === undefined)
        throw new SqsError('InvalidAction', `The action ${name || '(none)'} is not valid for this endpoint.`);
      const output = await run(parseBody(request), request.signal);
      return { status: 200, headers: { 'x-amzn-requestid': randomUUID() }, body: JSON.stringify(output) };
    } catch (error) {
      if (error instanceof SqsError) return refusal(error);
      throw error;
    }
  };
}

function parseBody(request: AwsRequest): unknown {
  try {
    return JSON.parse(request.body.toString('utf8') || '{}');
  } catch (error) {
    throw new SqsError('SerializationException', `The request is no JSON: ${String(error)}`);
  }
}

function refusal(error: SqsError): AwsResponse {
  return {
    status: 400,
    headers: { 'x-amzn-query-error': `${error.queryCode};Sender`, 'x-amzn-requestid': randomUUID() },
    body: JSON.stringify({ __type: `com.amazonaws.sqs#${error.code}`, message: error.message }),
  };
}
