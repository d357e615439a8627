import type { Seq } from '../../contract/notification.ts';
import type { Change } from '../aws/each-change.ts';
import { log } from '../aws/log.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { ConnectionsTable, Listener } from '../channels/table.ts';
import { isLater, type News } from '../news/news.ts';
import { YOUNG_MS } from './greet.ts';

export type NotifyDeps = {
  connections: Pick<ConnectionsTable, 'listeners' | 'close'>;
  sockets: Pick<Sockets, 'post'>;
  now: () => Date;
};

type NewsChange = Change<{ news: News }>;

/**
 * Posts a batch of news to whoever listens: channels side by side, each channel's news in order. Answers with the changes that
 * must come again, because their listeners could not be read; a listener that cannot be reached never fails the news.
 */
export async function notify(app: NotifyDeps, batch: NewsChange[]): Promise<NewsChange[]> {
  const channels = new Map<string, NewsChange[]>();
  for (const change of coalesce(batch)) {
    const { channel } = change.item.news;
    channels.set(channel, [...(channels.get(channel) ?? []), change]);
  }
  const failed = await Promise.all(
    [...channels].map(async ([channel, changes]) => {
      try {
        await notifyChannel(
          app,
          channel,
          changes.map(({ item }) => item.news),
        );
        return [];
      } catch (error) {
        log.error('news not delivered; to come again', { channel, error });
        return changes;
      }
    }),
  );
  return failed.flat();
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

async function notifyChannel(app: NotifyDeps, channel: string, news: News[]): Promise<void> {
  const listeners = await app.connections.listeners(channel, app.now());
  const results = await Promise.allSettled(listeners.map((listener) => tell(app, listener, news)));
  for (const result of results) {
    if (result.status === 'rejected') log.warn('a listener was not told', { channel, error: result.reason });
  }
}

async function tell(app: NotifyDeps, { connectionId, openedAt }: Listener, news: News[]): Promise<void> {
  for (const { notification } of news) {
    const posted = await app.sockets.post(connectionId, JSON.stringify(notification));
    // It is still there, and may hear what follows.
    if (posted === 'throttled') log.warn('throttled: a listener missed news', { connection: connectionId });
    if (posted !== 'gone') continue;
    const age = app.now().getTime() - Date.parse(openedAt);
    if (age > YOUNG_MS) await app.connections.close(connectionId);
    return;
  }
}
