import { ulid } from 'ulid';
import type { Notification } from '../../contract/notification.ts';
import type { News } from './news.ts';

type Said = Pick<Extract<Notification, { type: 'admin_notification' }>, 'level' | 'code' | 'message' | 'data'>;

/** What administrators are told. */
export function adminNews(said: Said, now: Date): News {
  const seq = ulid(now.getTime());
  const notification = { type: 'admin_notification', seq, ...said, timestamp: now.toISOString() } as const;
  return { channel: 'admin', seq, kind: 'change', notification };
}
