import type { Hook } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Env } from 'hono/types';
import { HTTPException } from 'hono/http-exception';
import { log } from '../aws/log.ts';
import { problemOf, Refused } from './problem.ts';

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
export const refuseInvalid: Hook<unknown, Env, string, unknown> = (result) => {
  if (result.success) return;
  if (result.target === 'param') throw new Refused('download_not_found');
  const errors = result.error.issues.map((issue) => ({
    field: fieldOf(issue),
    code: issue.code,
    message: issue.message,
  }));
  throw new Refused('invalid_request', { errors });
};

type Issue = { path: PropertyKey[]; code: string; message: string; keys?: string[] };

function fieldOf(issue: Issue): string {
  return issue.path.map(String).join('.') || (issue.keys ?? []).join(', ') || '(body)';
}
