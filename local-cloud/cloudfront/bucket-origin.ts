import { errorAnswer, type Answer } from './messages.ts';
import type { OriginRequest } from './origin-request.ts';
import type { BucketTarget } from './origin-target.ts';

/** Asks a private bucket as CloudFront does with an origin access control. */
export async function askBucket(target: BucketTarget, request: OriginRequest): Promise<Answer> {
  const { method } = request;
  if (method !== 'GET' && method !== 'HEAD') return errorAnswer(403, 'The bucket may only be read.');
  const key = decodedKey(request.path);
  if (key === undefined) return errorAnswer(400, 'Bad request.');
  const range = request.headers['range']?.[0];
  const ifNoneMatch = request.headers['if-none-match']?.[0];
  const ifModifiedSince = request.headers['if-modified-since']?.[0];
  const { status, headers, body } = await target.get(key, {
    method,
    ...(range !== undefined && { range }),
    ...(ifNoneMatch !== undefined && { ifNoneMatch }),
    ...(ifModifiedSince !== undefined && { ifModifiedSince }),
  });
  const listed = Object.entries(headers).map(([name, value]): [string, string[]] => [name.toLowerCase(), [value]]);
  const answer = { headers: Object.fromEntries(listed), ...(body !== undefined && { body }), from: 'origin' } as const;
  return { ...answer, status: status === 404 && !target.listable ? 403 : status };
}

function decodedKey(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
