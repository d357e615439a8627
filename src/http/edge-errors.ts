import type { Hook } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Env } from 'hono/types';
import { HTTPException } from 'hono/http-exception';
import type { ProblemCode } from '../../contract/problem.ts';
import { API_PREFIX } from '../../contract/routes.ts';
import { log } from '../aws/log.ts';
import { errorsOf } from './field-errors.ts';
import { languageOf, problemOf, Refused } from './problem.ts';

/** Any error as its problem+json; what nobody expected says nothing of our insides. */
export function answerProblem(c: Context, error: Error): Response {
  const refused = error instanceof Refused ? error : fromFramework(error);
  if (refused.code === 'internal') log.error('request failed', { path: c.req.path, error });
  const problem = problemOf(refused.code, c.req.header('accept-language'), refused.more);
  const headers = { 'content-type': 'application/problem+json' };
  // A plain Response, because Hono's own takes only statuses known at compile time.
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** Hono's JSON parser refuses a malformed body with an exception of its own. */
function fromFramework(error: Error): Refused {
  return error instanceof HTTPException && error.status === 400 ? new Refused('invalid_json') : new Refused('internal');
}

/** A request that does not fit its schema: each field with its code. An id that cannot exist is simply not found. */
export const refuseInvalid: Hook<unknown, Env, string, unknown> = (result, c) => {
  if (result.success) return;
  if (result.target === 'param') throw new Refused(notFoundAt(c.req.path.replace(API_PREFIX, '')));
  const errors = errorsOf(result.error.issues, languageOf(c.req.header('accept-language')));
  throw new Refused('invalid_request', { errors });
};

function notFoundAt(path: string): ProblemCode {
  if (path.startsWith('/eventos/')) return 'event_not_found';
  return path.startsWith('/uploads/') ? 'upload_not_found' : 'download_not_found';
}
