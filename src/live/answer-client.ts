import { clientMessage, type Notification } from '../../contract/notification.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { ConnectionsTable } from '../channels/table.ts';
import type { StateOf } from './download-state.ts';

export type AnswerClientDeps = {
  connections: Pick<ConnectionsTable, 'find'>;
  sockets: Pick<Sockets, 'post'>;
  stateOf: StateOf;
  now: () => Date;
};

/** Answers what a client says on its connection; whatever it says, the connection stays open. */
export async function answerClient(app: AnswerClientDeps, connectionId: string, text: string): Promise<void> {
  const answer = await answerTo(app, connectionId, text);
  if (answer !== null) await app.sockets.post(connectionId, JSON.stringify(answer));
}

async function answerTo(app: AnswerClientDeps, connectionId: string, text: string): Promise<Notification | null> {
  const message = clientMessage.safeParse(parseJson(text));
  if (!message.success) return refusal(app.now());
  switch (message.data.type) {
    case 'ping':
      return { type: 'pong', timestamp: message.data.timestamp ?? app.now().toISOString() };
    case 'subscribe':
    case 'unsubscribe':
    case 'resume':
      return refusal(app.now());
    case 'hello': {
      const connection = await app.connections.find(connectionId);
      return connection === null ? null : app.stateOf(connection.channel);
    }
  }
}

function refusal(now: Date): Notification {
  return {
    type: 'error',
    code: 'unknown_message',
    message: 'Mensagem desconhecida. Envie JSON: {"type":"ping"} ou {"type":"hello"}.',
    timestamp: now.toISOString(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
