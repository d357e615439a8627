import { CHANNELS, channelName, parseChannel } from '../../contract/channel.ts';
import {
  clientMessage,
  type ClientMessage,
  MAX_CLIENT_MESSAGE_BYTES,
  MAX_CLIENT_MESSAGES_PER_SECOND,
  MAX_SUBSCRIPTIONS,
} from '../../contract/client-message.ts';
import type { ClientError, Notification } from '../../contract/notification.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { Connection, ConnectionsTable } from '../channels/connections/table.ts';
import type { ChannelsTable } from '../channels/table.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import type { NewsTable } from '../news/table.ts';
import { exists } from './admit-connection.ts';
import { letIn, type LetInDeps, type Post } from './let-in.ts';
import { missedOn } from './missed.ts';

export type AnswerClientDeps = LetInDeps & {
  channels: Pick<ChannelsTable, 'markGreeted' | 'find'>;
  connections: Pick<ConnectionsTable, 'hear' | 'subscribe' | 'unsubscribe'>;
  sockets: Pick<Sockets, 'post'>;
  downloads: Pick<DownloadsTable, 'get'>;
  news: NewsTable;
  wake: (channel: string) => Promise<void>;
  now: () => Date;
};

/** Answers what a client says on its connection; whatever it says, the connection stays open. */
export async function answerClient(app: AnswerClientDeps, connectionId: string, text: string): Promise<void> {
  const post: Post = async (notification) =>
    (await app.sockets.post(connectionId, JSON.stringify(notification))) !== 'gone';
  const refuse = (code: ClientError) => post(refusal(code, app.now()));
  const heard = await app.connections.hear(connectionId, app.now());
  switch (heard.kind) {
    case 'ok':
      break;
    case 'first_too_many':
      return void (await refuse('rate_limited'));
    // Told once a second; a flood is not to be answered with another.
    case 'too_many':
    case 'unknown':
      return;
  }
  if (Buffer.byteLength(text) > MAX_CLIENT_MESSAGE_BYTES) return void (await refuse('message_too_large'));
  const message = clientMessage.safeParse(parseJson(text));
  if (!message.success) return void (await refuse('unknown_message'));
  const refused = await answer(app, heard.connection, message.data, post);
  if (refused !== null) await refuse(refused);
}

/** Does as it was asked; or says why not. */
async function answer(
  app: AnswerClientDeps,
  connection: Connection,
  message: ClientMessage,
  post: Post,
): Promise<ClientError | null> {
  const timestamp = app.now().toISOString();
  switch (message.type) {
    case 'ping':
      await post({ type: 'pong', timestamp: message.timestamp ?? timestamp });
      return null;
    case 'hello':
      for (const channel of connection.channels) await greetAgain(app, connection.id, channel, post);
      return null;
    case 'subscribe':
      return subscribe(app, connection, message, post);
    case 'unsubscribe':
      if (!connection.channels.includes(message.channel)) return 'not_subscribed';
      await app.connections.unsubscribe(connection.id, message.channel);
      await post({ type: 'unsubscribed', channel: message.channel, timestamp });
      return null;
    case 'resume':
      return resume(app, connection, message, post);
  }
}

async function subscribe(
  app: AnswerClientDeps,
  { id, trusted }: Connection,
  { channel: name, download_id }: Extract<ClientMessage, { type: 'subscribe' }>,
  post: Post,
): Promise<ClientError | null> {
  const channel = parseChannel(name);
  if (channel === null || !(await exists(app, channel))) return 'unknown_channel';
  if (channel.kind === 'admin' && !trusted) return 'unauthorized';
  const listening = { channel: name, downloadId: channel.kind === 'queue' ? (download_id ?? null) : null };
  if (!(await app.connections.subscribe(id, listening, app.now()))) return 'too_many_subscriptions';
  await post({ type: 'subscribed', channel: name, timestamp: app.now().toISOString() });
  await letIn(app, id, listening, app.now(), post);
  await app.wake(name);
  return null;
}

async function resume(
  app: AnswerClientDeps,
  connection: Connection,
  { channel: name, seq }: Extract<ClientMessage, { type: 'resume' }>,
  post: Post,
): Promise<ClientError | null> {
  const channel = parseChannel(name);
  if (channel === null) return 'unknown_channel';
  if (!CHANNELS[channel.kind].history) return 'no_history';
  if (!connection.channels.includes(channelName(channel))) return 'not_subscribed';
  const missed = await missedOn(app, name, seq);
  if (missed === null) {
    await post({ type: 'resync', channel: name, timestamp: app.now().toISOString() });
    await greetAgain(app, connection.id, name, post);
  } else {
    for (const notification of missed) if (!(await post(notification))) break;
  }
  return null;
}

/** Its state, as ever; and should the greeter never have come to it, from now on the news. */
async function greetAgain(app: AnswerClientDeps, connectionId: string, channel: string, post: Post): Promise<void> {
  const listening = await app.channels.find(connectionId, channel);
  if (listening !== null) await letIn(app, connectionId, listening, app.now(), post);
}

const REFUSALS: Record<ClientError, string> = {
  unknown_message:
    'Mensagem desconhecida. Envie JSON: {"type":"ping"}, "hello", "subscribe", "unsubscribe" ou "resume" (veja /docs).',
  message_too_large: `Mensagem grande demais: no máximo ${MAX_CLIENT_MESSAGE_BYTES} bytes.`,
  rate_limited: `Mensagens demais: no máximo ${MAX_CLIENT_MESSAGES_PER_SECOND} por segundo. As seguintes foram ignoradas.`,
  unknown_channel: 'Este canal não existe.',
  not_subscribed: 'Esta conexão não escuta este canal. Envie primeiro "subscribe".',
  too_many_subscriptions: `Canais demais: no máximo ${MAX_SUBSCRIPTIONS} por conexão.`,
  no_history: 'Este canal não guarda histórico: o estado atual já é tudo.',
  unauthorized: 'Este canal exige o token de acesso: abra a conexão com ?token=…',
};

function refusal(code: ClientError, now: Date): Notification {
  return { type: 'error', code, message: REFUSALS[code], timestamp: now.toISOString() };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
