import { downloadChannel } from '../../contract/channel.ts';
import type { DownloadUpdate } from '../../contract/notification.ts';
import type { News } from '../news/news.ts';
import { isOver, viewOf, type Download } from './download.ts';

/** The notification that tells the state of a download. */
export function downloadUpdateOf(download: Download, now: Date): DownloadUpdate {
  const view = viewOf(download);
  const { progress, status, title, thumbnail, url, bytes_downloaded, bytes_total, speed, eta, phase } = view;
  const { error_code, error_message, file_path, file_size, format } = view;
  return {
    type: 'download_update',
    download_id: download.id,
    seq: download.seq,
    data: {
      progress,
      status,
      title,
      thumbnail,
      url,
      bytes_downloaded,
      bytes_total,
      speed,
      eta,
      phase,
      error_code,
      error_message,
      file_path,
      file_size,
      format,
    },
    timestamp: now.toISOString(),
  };
}

/** The news of a change: mere progress may be overwritten by newer progress, all else is kept for replay. */
export function downloadNews(before: Download | null, after: Download, now: Date): News {
  const onlyProgress = before !== null && before.status === after.status && before.phase === after.phase;
  return {
    channel: downloadChannel(after.id),
    seq: after.seq,
    kind: isOver(after) ? 'ending' : onlyProgress ? 'progress' : 'change',
    notification: downloadUpdateOf(after, now),
  };
}
