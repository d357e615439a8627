import { log } from '../aws/log.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { ConnectionsTable } from './connections/table.ts';
import type { ChannelsTable, Listener } from './table.ts';
import { onlyInforms, textFor, type Telling } from './telling.ts';

/** An old 410 is a connection that has gone; a young one may be a handshake that is not over yet. */
export const YOUNG_MS = 10_000;
/** Of what must be heard, when it is throttled or has failed. */
const TRIES = 5;
/** With one listener, of one batch: a function has a minute. */
const PATIENCE_MS = 20_000;

export type PostTellingsDeps = {
  channels: Pick<ChannelsTable, 'leave'>;
  connections: Pick<ConnectionsTable, 'close'>;
  sockets: Pick<Sockets, 'post'>;
  now: () => Date;
};

/** What became of the posts. */
export type Delivered = { sent: number; gone: number; throttled: number; failed: number };

/**
 * Posts tellings to listeners side by side, to each in order. One that cannot be reached never fails the others, and what could not
 * be posted never holds back what comes after it.
 */
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
    const until = app.now().getTime() + PATIENCE_MS;
    for (const [index, telling] of tellings.entries()) {
      const text = mine[index];
      if (text === null || text === undefined) continue;
      const posted = await patiently(app, listener, text, onlyInforms(telling) ? 1 : TRIES, until);
      delivered[posted] += 1;
      if (posted === 'gone') return forgetIfOld(app, listener);
    }
  };
  const results = await Promise.allSettled(listeners.map(tell));
  for (const result of results) {
    if (result.status === 'rejected') log.warn('a listener that has gone was not forgotten', { error: result.reason });
  }
  return delivered;
}

async function patiently(
  app: PostTellingsDeps,
  { connectionId, channel }: Listener,
  text: string,
  tries: number,
  until: number,
): Promise<keyof Delivered> {
  for (let tried = 1; ; tried += 1) {
    if (app.now().getTime() > until) return 'failed';
    const posted = await app.sockets.post(connectionId, text).catch((error: unknown) => {
      log.warn('a listener was not told', { connectionId, channel, tried, error });
      return 'failed' as const;
    });
    if (posted === 'sent' || posted === 'gone') return posted;
    if (tried < tries) continue;
    if (tries > 1) log.warn(`${posted}: a listener missed news`, { connectionId, channel });
    return posted;
  }
}

async function forgetIfOld(app: PostTellingsDeps, { connectionId, channel, openedAt }: Listener): Promise<void> {
  if (app.now().getTime() - Date.parse(openedAt) <= YOUNG_MS) return;
  await app.connections.close(connectionId);
  // Its own row too, should nobody know of it any more.
  await app.channels.leave(connectionId, channel);
}
