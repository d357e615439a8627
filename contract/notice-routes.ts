import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { generalMessage, NOTICE_LEVELS, noticeList } from './notice.ts';
import { adminNotification } from './notification.ts';
import { idempotent, invalid, json, problemOf } from './route-parts.ts';

export const noticeRequest = z
  .strictObject({
    channel: z.enum(['general', 'admin']).default('general'),
    level: z.enum(NOTICE_LEVELS).default('info'),
    message: z.string().trim().min(1).max(2000).meta({ example: 'Manutenção às 22h' }),
  })
  .meta({ id: 'NoticeRequest' });
export type NoticeRequest = z.infer<typeof noticeRequest>;

export const notice = z.discriminatedUnion('type', [generalMessage, adminNotification]).meta({ id: 'Notice' });
export type Notice = z.infer<typeof notice>;

/** Of one answer. */
export const MOST_NOTICES = 100;

export const listNotices = createRoute({
  method: 'get',
  path: '/notifications',
  tags: ['live'],
  summary: `What was announced to everybody within a day, the newest ${MOST_NOTICES}`,
  responses: { 200: json(noticeList, 'For who was not there to hear it.') },
});

export const postNotice = createRoute({
  method: 'post',
  path: '/notifications',
  tags: ['live'],
  summary: 'Announce something to everybody who listens to /ws/general, or to administrators on /ws/admin',
  request: {
    ...idempotent,
    body: { required: true, content: { 'application/json': { schema: noticeRequest } } },
  },
  responses: {
    202: json(notice, 'What its listeners are told; those who resume within a day hear it too.'),
    400: invalid,
    401: problemOf('The access token is missing or wrong.'),
    415: problemOf('The body is not JSON.'),
    422: problemOf('The Idempotency-Key was used with another body.'),
  },
});
