import type { Notification } from '../../contract/notification.ts';
import { downloadChannel } from '../../contract/channel.ts';
import type { Change } from '../aws/each-change.ts';
import { log } from '../aws/log.ts';
import type { ConnectionNews } from '../news/news.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { Connection, ConnectionsTable } from '../channels/table.ts';
import { pause } from '../pause.ts';
import type { StateOf } from './download-state.ts';

/** A dead handshake must not hold up the connections that come after it. */
const DEADLINE_MS = 3000;
/** An old 410 is a connection that has gone; a young one may be a handshake that is not over yet. */
export const YOUNG_MS = 10_000;

export type GreetDeps = {
  connections: Pick<ConnectionsTable, 'markGreeted' | 'close'>;
  sockets: Pick<Sockets, 'post'>;
  stateOf: StateOf;
  now: () => Date;
};

/** Greets newly opened connections, each on its own, all within 3 s. None has to come again: `hello` asks for the same. */
export async function greetAll<T extends { connection: ConnectionNews }>(
  app: GreetDeps,
  batch: Change<T>[],
): Promise<Change<T>[]> {
  const connections = batch.map(({ item: { connection } }) => ({
    id: connection.connection_id,
    channel: connection.listens_to,
    openedAt: connection.opened_at,
  }));
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const results = await Promise.allSettled(connections.map((connection) => greet(app, connection, signal)));
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected')
      log.warn('not greeted', { connection: connections[index]?.id, error: result.reason });
  }
  return [];
}

/**
 * Says hello, then the state, then lets the publishers in, then looks once more: what changed before they were let in is told by
 * this second look, and what changes after by them. A throttled one goes on: better to miss the hello than all the news.
 */
async function greet(app: GreetDeps, connection: Connection, signal: AbortSignal): Promise<void> {
  const post = (notification: Notification) => postOnceOpen(app, connection.id, notification, signal);
  if ((await post(establishedOn(connection.channel, app.now()))) === 'gone') return forgetIfOld(app, connection);
  const first = await app.stateOf(connection.channel);
  if (first !== null) await post(first);
  if (!(await app.connections.markGreeted(connection))) return;
  const second = await app.stateOf(connection.channel);
  if (second !== null && second.seq > (first?.seq ?? 0)) await post(second);
}

/** API Gateway answers 410 until the handshake is over: https://repost.aws/knowledge-center/410-gone-api-gateway */
async function postOnceOpen(app: GreetDeps, id: string, notification: Notification, signal: AbortSignal) {
  const text = JSON.stringify(notification);
  for (let wait = 50; ; wait *= 2) {
    const result = await app.sockets.post(id, text);
    if (result === 'sent' || signal.aborted) return result;
    await pause(wait, signal);
  }
}

async function forgetIfOld(app: GreetDeps, connection: Connection): Promise<void> {
  const age = app.now().getTime() - Date.parse(connection.openedAt);
  if (age > YOUNG_MS) await app.connections.close(connection.id);
}

function establishedOn(channel: string, now: Date): Notification {
  const download_id = channel.startsWith(downloadChannel('')) ? channel.slice(downloadChannel('').length) : undefined;
  return {
    type: 'connection_established',
    channel,
    ...(download_id !== undefined && { download_id }),
    message: 'Conectado',
    timestamp: now.toISOString(),
  };
}
