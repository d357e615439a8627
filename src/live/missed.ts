import { decodeTime } from 'ulid';
import { parseChannel } from '../../contract/channel.ts';
import type { Notification, Seq } from '../../contract/notification.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import { firstUlidOf, isLater } from '../news/news.ts';
import { NEWS_KEPT_MS, type NewsTable } from '../news/table.ts';
import { asReplayed } from './look.ts';

type Deps = { downloads: Pick<DownloadsTable, 'get'>; news: NewsTable; now: () => Date };

/** Two writers' ULIDs may come to be stored in the other order; so much of what was told already is told again. */
const OVERLAP_MS = 10_000;

/**
 * What a channel told after `seq`, without a gap: of mere progress the newest. Null: that is too long ago, some of it is no longer
 * kept. Where many write, a little from before comes again: its `seq` tells.
 */
export async function missedOn(app: Deps, channel: string, seq: Seq): Promise<Notification[] | null> {
  const from = typeof seq === 'number' ? seq : beforeOverlap(seq, app.now());
  if (from === null) return null;
  const news = await app.news.after(channel, from);
  if (typeof seq === 'number' && !(await isWhole(app, channel, seq))) return null;
  return news.filter((entry) => entry.seq !== seq).map(({ notification }) => asReplayed(notification));
}

function beforeOverlap(seq: string, now: Date): string | null {
  const time = decodeTime(seq) - OVERLAP_MS;
  return time < now.getTime() - NEWS_KEPT_MS ? null : firstUlidOf(new Date(time));
}

/**
 * A channel of one record begins with news 1, and forgets from the front: while the first is kept nothing is missing, nor when the
 * listener knows everything up to the oldest that is kept.
 */
async function isWhole(app: Deps, channel: string, seq: number): Promise<boolean> {
  const oldest = await app.news.oldest(channel);
  if (oldest === null) return (await versionOf(app, channel)) <= seq;
  return oldest === 1 || !isLater(oldest, seq + 1);
}

/** The news of a download may all be forgotten and the download still be there, unchanged since or not. */
async function versionOf(app: Deps, channel: string): Promise<number> {
  const parsed = parseChannel(channel);
  const download = parsed?.kind === 'download' ? await app.downloads.get(parsed.id ?? '') : null;
  return download?.seq ?? 0;
}
