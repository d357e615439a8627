import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './messages.ts';

const CACHE_WORDS = {
  origin: 'Miss from cloudfront',
  error: 'Error from cloudfront',
  function: 'FunctionGeneratedResponse from cloudfront',
  FunctionExecutionError: 'FunctionExecutionError from cloudfront',
  FunctionValidationError: 'FunctionValidationError from cloudfront',
} as const;

/** Sends an answer, its body as it comes. A viewer that leaves, or an origin that dies half-way, ends the connection. */
export async function sendAnswer(
  answer: Answer,
  request: IncomingMessage,
  response: ServerResponse,
  distributionDomainName: string,
): Promise<void> {
  const { body, from, headers, status } = answer;
  response.writeHead(status, {
    ...Object.fromEntries(
      Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
    ),
    'x-cache': status >= 400 && from === 'origin' ? CACHE_WORDS.error : CACHE_WORDS[from],
    via: [...(headers['via'] ?? []), `1.1 ${distributionDomainName} (CloudFront)`].join(', '),
  });
  if (body === undefined || Buffer.isBuffer(body)) {
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  // A listener of an event stream must hear the headers before the first event.
  response.flushHeaders();
  try {
    await pipeline(body, response);
  } catch {
    response.destroy();
  }
}
