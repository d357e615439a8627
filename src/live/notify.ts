import { parseChannel } from '../../contract/channel.ts';
import type { Seq } from '../../contract/notification.ts';
import type { Change } from '../aws/each-change.ts';
import { log } from '../aws/log.ts';
import { deliver, type DeliverDeps } from '../channels/deliver.ts';
import type { Measure } from '../channels/open-delivery.ts';
import type { Delivered } from '../channels/post-tellings.ts';
import { isLater, type News } from '../news/news.ts';

export type NotifyDeps = DeliverDeps & { measure: Measure };

type NewsChange = Change<{ news: News }>;

type Told = { failed: NewsChange[]; posts: Pick<Delivered, 'sent' | 'failed'> };

/**
 * Tells a batch of news to whoever listens: channels side by side, each channel's news in order. Answers with the changes that
 * must come again, because their listeners could not be read, or because most posts found no answer: then it is API Gateway that
 * cannot be reached. A listener that cannot be reached fails nothing as long as others can.
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
  const told = await Promise.all([...channels].map(([channel, changes]) => tell(app, channel, changes)));
  const sum = (of: keyof Told['posts']) => told.reduce((total, { posts }) => total + posts[of], 0);
  if (sum('failed') > sum('sent')) {
    log.error('hardly any post is answered; all news to come again', { sent: sum('sent'), failed: sum('failed') });
    return batch;
  }
  return [...new Set(told.flatMap(({ failed }) => failed))];
}

/** Mere progress that something newer of its channel follows need not be told. */
export function coalesce(batch: NewsChange[]): NewsChange[] {
  const newest = new Map<string, Seq>();
  const whose = ({ channel, of }: News) => `${channel} ${of ?? ''}`;
  for (const { item } of batch) {
    const { seq } = item.news;
    if (isLater(seq, newest.get(whose(item.news)) ?? 0)) newest.set(whose(item.news), seq);
  }
  return batch.filter(({ item: { news } }) => news.kind !== 'progress' || news.seq === newest.get(whose(news)));
}

async function tell(app: NotifyDeps, channel: string, changes: NewsChange[]): Promise<Told> {
  try {
    const news = changes.map(({ item }) => item.news);
    const delivered = await deliver(app, channel, () => news);
    const now = app.now().getTime();
    if (delivered.sent > 0)
      app.measure(
        delivered,
        news.map(({ notification }) => now - changedAt(notification, now)),
      );
    return { failed: [], posts: delivered };
  } catch (error) {
    log.error('news not delivered; to come again', { channel, error });
    return { failed: changes, posts: { sent: 0, failed: 0 } };
  }
}

function changedAt({ timestamp }: News['notification'], now: number): number {
  return typeof timestamp === 'string' ? Date.parse(timestamp) : now;
}
