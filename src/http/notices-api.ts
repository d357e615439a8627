import type { OpenAPIHono } from '@hono/zod-openapi';
import { postNotice as route } from '../../contract/notice-routes.ts';
import { postNotice, type PostNoticeDeps } from '../notices/post-notice.ts';
import { OWNER } from './owner.ts';
import { Refused } from './problem.ts';

export function noticesApi(api: OpenAPIHono, app: PostNoticeDeps): void {
  api.openapi(route, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const outcome = await postNotice(app, { owner: OWNER, idempotencyKey, ...c.req.valid('json') });
    if (outcome.kind === 'conflict') throw new Refused('idempotency_conflict');
    return c.json(outcome.notice, 202);
  });
}
