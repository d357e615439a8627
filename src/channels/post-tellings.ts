import { log } from '../aws/log.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { ConnectionsTable } from './connections/table.ts';
import type { ChannelsTable, Listener } from './table.ts';
import { onlyInforms, textFor, type Telling } from './telling.ts';

/** An old 410 is a connection that has gone; a young one may be a handshake that is not over yet. */
export const YOUNG_MS = 10_000;
/** Of what must be heard: each try has its own patience of about a second. */
const TRIES_WHEN_THROTTLED = 5;

export type PostTellingsDeps = {
  channels: Pick<ChannelsTable, 'leave'>;
  connections: Pick<ConnectionsTable, 'close'>;
  sockets: Pick<Sockets, 'post'>;
  now: () => Date;
};

/** What became of the posts. */
export type Delivered = { sent: number; gone: number; throttled: number; failed: number };

/** Posts tellings to listeners side by side, to each in order. One that cannot be reached never fails the others. */
export async function postTellings(
  app: PostTellingsDeps,
  listeners: readonly Listener[],
  tellings: readonly Telling[],
): Promise<Delivered> {
  const delivered: Delivered = { sent: 0, gone: 0, throttled: 0, failed: 0 };
  // Made once for all, because encoding it for each listener would cost more than sending it.
  const texts = new Map<string | null, (string | null)[]>();
  const textsFor = (downloadId: string | null) => {
    const known = texts.get(downloadId) ?? tellings.map((telling) => textFor(telling, downloadId));
    texts.set(downloadId, known);
    return known;
  };

  const tell = async (listener: Listener): Promise<void> => {
    const mine = textsFor(listener.downloadId);
    for (const [index, telling] of tellings.entries()) {
      const text = mine[index];
      if (text === null || text === undefined) continue;
      const posted = await patiently(app, listener, text, onlyInforms(telling) ? 1 : TRIES_WHEN_THROTTLED);
      delivered[posted] += 1;
      if (posted === 'gone') return forgetIfOld(app, listener);
    }
  };
  const results = await Promise.allSettled(listeners.map(tell));
  for (const result of results) {
    if (result.status === 'fulfilled') continue;
    delivered.failed += 1;
    log.warn('a listener was not told', { error: result.reason });
  }
  return delivered;
}

async function patiently(app: PostTellingsDeps, { connectionId, channel }: Listener, text: string, tries: number) {
  for (let tried = 1; ; tried += 1) {
    const posted = await app.sockets.post(connectionId, text);
    if (posted !== 'throttled' || tried === tries) {
      if (posted === 'throttled' && tries > 1) log.warn('throttled: a listener missed news', { connectionId, channel });
      return posted;
    }
  }
}

async function forgetIfOld(app: PostTellingsDeps, { connectionId, channel, openedAt }: Listener): Promise<void> {
  if (app.now().getTime() - Date.parse(openedAt) <= YOUNG_MS) return;
  await app.connections.close(connectionId);
  // Its own row too, should nobody know of it any more.
  await app.channels.leave(connectionId, channel);
}
