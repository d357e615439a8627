import { notice, type Notice, type NoticeRequest } from '../../contract/notice-routes.ts';
import type { IdempotentRequest } from '../downloads/idempotency.ts';
import type { NoticesTable } from './table.ts';

export type PostNoticeDeps = { notices: NoticesTable; newId: () => string; now: () => Date };

export type NoticePosted = { kind: 'posted' | 'repeated'; notice: Notice } | { kind: 'conflict' };

/** Announces something. Once this resolves the notifier tells it, and who resumes within a day hears it too. */
export async function postNotice(
  app: PostNoticeDeps,
  request: NoticeRequest & { owner: string; idempotencyKey: string | undefined },
): Promise<NoticePosted> {
  const { owner, idempotencyKey, channel, level, message } = request;
  const now = app.now();
  const said = { seq: app.newId(), level, message, timestamp: now.toISOString() };
  const posted: Notice =
    channel === 'general'
      ? { type: 'general_message', ...said }
      : { type: 'admin_notification', code: 'notice', ...said };
  const repeatable: IdempotentRequest | null =
    idempotencyKey === undefined
      ? null
      : {
          owner,
          route: 'POST /notifications',
          key: idempotencyKey,
          body: { channel, level, message },
          answer: JSON.stringify(posted),
        };
  const outcome = await app.notices.announce(channel, posted, repeatable, now);
  switch (outcome.kind) {
    case 'accepted':
      return { kind: 'posted', notice: posted };
    case 'repeated':
      return { kind: 'repeated', notice: notice.parse(JSON.parse(outcome.answer)) };
    case 'conflict':
      return outcome;
  }
}
