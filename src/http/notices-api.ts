import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../../contract/notice-routes.ts';
import { NEWS_KEPT_MS } from '../news/table.ts';
import { postNotice, type PostNoticeDeps } from '../notices/post-notice.ts';
import { OWNER } from './owner.ts';
import { Refused } from './problem.ts';

export function noticesApi(api: OpenAPIHono, app: PostNoticeDeps): void {
  api.openapi(routes.listNotices, async (c) => {
    const since = new Date(app.now().getTime() - NEWS_KEPT_MS);
    return c.json({ notices: await app.notices.announcedSince(since, routes.MOST_NOTICES) }, 200);
  });

  api.openapi(routes.postNotice, async (c) => {
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const outcome = await postNotice(app, { owner: OWNER, idempotencyKey, ...c.req.valid('json') });
    if (outcome.kind === 'conflict') throw new Refused('idempotency_conflict');
    return c.json(outcome.notice, 202);
  });
}
