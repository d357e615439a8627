import { adminNews } from '../news/admin-news.ts';
import type { News } from '../news/news.ts';
import type { Download } from './download.ts';

/** Tells administrators of a download whose message nobody could handle. */
export const deadLetterNews = ({ id, url, title }: Download, now: Date): News =>
  adminNews(
    {
      level: 'warning',
      code: 'dead_letter',
      message: `Download abandonado depois de várias tentativas: ${title}`,
      data: { download_id: id, url, title },
    },
    now,
  );
