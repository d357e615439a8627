import type { StreamifyHandler } from 'aws-lambda';
import type { Writable } from 'node:stream';
import * as z from 'zod';

const input = z.object({
  rawPath: z.string(),
  headers: z.record(z.string(), z.string()),
  queryStringParameters: z.record(z.string(), z.string()).optional(),
  requestContext: z.object({ http: z.object({ method: z.string() }) }),
});

/** What a function URL hands a function, as far as it is used here. */
export function streamRequest(event: unknown) {
  const { rawPath, headers, queryStringParameters, requestContext } = input.parse(event);
  return { path: rawPath, headers, query: queryStringParameters ?? {}, method: requestContext.http.method };
}

type Context = { getRemainingTimeInMillis(): number };

/** A function whose answer is sent while it is being made: https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html */
export function streaming(
  handler: (event: unknown, response: Writable, context: Context) => Promise<void>,
): StreamifyHandler<unknown> {
  return awslambda.streamifyResponse<unknown>(handler);
}

/** Gives the status and headers; what is then written is the body. */
export function respond(response: Writable, statusCode: number, headers: Record<string, string>): Writable {
  const stream = awslambda.HttpResponseStream.from(response, { statusCode, headers });
  // Status and headers leave with the first write; a stream that only ends would send neither.
  stream.write('');
  return stream;
}
