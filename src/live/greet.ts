import { setMaxListeners } from 'node:events';
import { parseChannel } from '../../contract/channel.ts';
import type { Notification } from '../../contract/notification.ts';
import type { Change } from '../aws/each-change.ts';
import { log } from '../aws/log.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { ConnectionsTable } from '../channels/connections/table.ts';
import type { ConnectionNews } from '../news/news.ts';
import { pause } from '../pause.ts';
import { letIn, type LetInDeps } from './let-in.ts';

/** A dead handshake must not hold up the connections that come after it. */
const DEADLINE_MS = 3000;
/** Less than the function may take. */
const ALL_MS = 10_000;
/** An old 410 is a connection that has gone; a young one may be a handshake that is not over yet. */
export const YOUNG_MS = 10_000;

export type GreetDeps = LetInDeps & {
  connections: Pick<ConnectionsTable, 'close'>;
  sockets: Pick<Sockets, 'post'>;
  now: () => Date;
};

/**
 * Greets newly opened connections, each on its own, all within 10 s; a dead handshake takes 3 s at most. Answers with those that must
 * come again: whoever is not greeted hears no news.
 */
export async function greetAll<T extends { connection: ConnectionNews }>(
  app: GreetDeps,
  batch: Change<T>[],
): Promise<Change<T>[]> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  setMaxListeners(0, signal);
  const done = new AbortController();
  const late = pause(ALL_MS, done.signal).then(() => Promise.reject(new Error('not greeted in time')));
  late.catch(() => undefined);
  const results = await Promise.allSettled(
    batch.map(({ item }) => Promise.race([greet(app, item.connection, signal), late])),
  );
  done.abort();
  return batch.filter(({ item }, index) => {
    const result = results[index];
    if (result?.status !== 'rejected') return false;
    log.warn('not greeted; to come again', { connection: item.connection.connection_id, error: result.reason });
    return true;
  });
}

/** Says hello, then lets the connection in to each channel it came for. */
async function greet(app: GreetDeps, connection: ConnectionNews, signal: AbortSignal): Promise<void> {
  const { connection_id: id, listens_to, opened_at } = connection;
  const post = async (notification: Notification) => (await postOnceOpen(app, id, notification, signal)) !== 'gone';
  const [first] = listens_to;
  if (first !== undefined && !(await post(establishedOn(first.channel, app.now())))) {
    return forgetIfOld(app, id, opened_at);
  }
  for (const { channel, download_id } of listens_to) {
    await letIn(app, id, { channel, downloadId: download_id }, new Date(opened_at), post);
  }
}

/** API Gateway answers 410 until the handshake is over: https://repost.aws/knowledge-center/410-gone-api-gateway */
async function postOnceOpen(app: GreetDeps, id: string, notification: Notification, signal: AbortSignal) {
  const text = JSON.stringify(notification);
  for (let wait = 50; ; wait *= 2) {
    const result = await app.sockets.post(id, text);
    if (result !== 'gone' || signal.aborted) return result;
    await pause(wait, signal);
  }
}

async function forgetIfOld(app: GreetDeps, id: string, openedAt: string): Promise<void> {
  const age = app.now().getTime() - Date.parse(openedAt);
  if (age > YOUNG_MS) await app.connections.close(id);
}

function establishedOn(channel: string, now: Date): Notification {
  const { kind, id } = parseChannel(channel) ?? { kind: null, id: null };
  return {
    type: 'connection_established',
    channel,
    ...(kind === 'download' && id !== null && { download_id: id }),
    message: 'Conectado',
    timestamp: now.toISOString(),
  };
}
