import { ulid } from 'ulid';
import type { News } from '../news/news.ts';
import type { Download } from './download.ts';

/** Tells administrators of a download whose message nobody could handle. */
export function deadLetterNews({ id, url, title }: Download, now: Date): News {
  const seq = ulid(now.getTime());
  return {
    channel: 'admin',
    seq,
    kind: 'change',
    notification: {
      type: 'admin_notification',
      seq,
      level: 'warning',
      code: 'dead_letter',
      message: `Download abandonado depois de várias tentativas: ${title}`,
      data: { download_id: id, url },
      timestamp: now.toISOString(),
    },
  };
}
