import { parseChannel } from '../../contract/channel.ts';
import type { Seq } from '../../contract/notification.ts';
import type { Change } from '../aws/each-change.ts';
import { log } from '../aws/log.ts';
import { deliver, type DeliverDeps } from '../channels/deliver.ts';
import type { Measure } from '../channels/open-delivery.ts';
import { isLater, type News } from '../news/news.ts';

export type NotifyDeps = DeliverDeps & { measure: Measure };

type NewsChange = Change<{ news: News }>;

/**
 * Tells a batch of news to whoever listens: channels side by side, each channel's news in order. Answers with the changes that
 * must come again, because their listeners could not be read; a listener that cannot be reached never fails the news.
 */
export async function notify(app: NotifyDeps, batch: NewsChange[]): Promise<NewsChange[]> {
  const channels = new Map<string, NewsChange[]>();
  const add = (channel: string, change: NewsChange) =>
    channels.set(channel, [...(channels.get(channel) ?? []), change]);
  for (const change of coalesce(batch)) {
    const { channel } = change.item.news;
    add(channel, change);
    if (parseChannel(channel)?.kind === 'download') add('deltas', change);
  }
  const failed = await Promise.all([...channels].map(([channel, changes]) => tell(app, channel, changes)));
  return [...new Set(failed.flat())];
}

/** Mere progress that something newer of its channel follows need not be told. */
export function coalesce(batch: NewsChange[]): NewsChange[] {
  const newest = new Map<string, Seq>();
  for (const { item } of batch) {
    const { channel, seq } = item.news;
    if (isLater(seq, newest.get(channel) ?? 0)) newest.set(channel, seq);
  }
  return batch.filter(({ item: { news } }) => news.kind !== 'progress' || news.seq === newest.get(news.channel));
}

async function tell(app: NotifyDeps, channel: string, changes: NewsChange[]): Promise<NewsChange[]> {
  try {
    const news = changes.map(({ item }) => item.news);
    const delivered = await deliver(app, channel, () => news);
    const now = app.now().getTime();
    if (delivered.sent > 0)
      app.measure(
        delivered,
        news.map(({ notification }) => now - changedAt(notification, now)),
      );
    return [];
  } catch (error) {
    log.error('news not delivered; to come again', { channel, error });
    return changes;
  }
}

function changedAt({ timestamp }: News['notification'], now: number): number {
  return typeof timestamp === 'string' ? Date.parse(timestamp) : now;
}
