import { downloadChannel } from '../../contract/channel.ts';
import type { DownloadUpdate } from '../../contract/notification.ts';
import { downloadUpdateOf } from '../downloads/download-news.ts';
import type { DownloadsTable } from '../downloads/table.ts';

/** The present state of what a channel tells of; null when there is nothing (any more). */
export type StateOf = (channel: string) => Promise<DownloadUpdate | null>;

const PREFIX = downloadChannel('');

export function stateOf(downloads: Pick<DownloadsTable, 'get'>, now: () => Date): StateOf {
  return async (channel) => {
    if (!channel.startsWith(PREFIX)) return null;
    const download = await downloads.get(channel.slice(PREFIX.length));
    return download === null ? null : downloadUpdateOf(download, now());
  };
}
