import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { channelName, CHANNEL_PATHS, channelOf } from '../../contract/channel.ts';
import { MAX_CLIENT_MESSAGES_PER_SECOND, type ClientMessage } from '../../contract/client-message.ts';
import type { Notification } from '../../contract/notification.ts';
import { contractNews } from './contract-news.ts';

type Connection = { socket: WebSocket; channels: Set<string>; heard: ClientMessage[]; heardAt: number[] };

/**
 * A server that speaks as the contract says, from its own memory, and fails as it is told to: what the real one does only when
 * things go wrong.
 */
export async function startContractServer() {
  const news = contractNews();
  const handshakes: { path: string; query: URLSearchParams }[] = [];
  const requests: string[] = [];
  const connections = new Set<Connection>();
  const streams = new Map<ServerResponse, string>();
  const faults = {
    /** Handshakes are refused with this status. */
    refuse: null as number | null,
    /** Connections open and hear nothing, for ever. */
    silent: false,
    /** Status of all server-sent events and of all answers. */
    stream: 200,
    answer: 200,
    /** How long a connection is let in before it is greeted. */
    greetAfterMs: 0,
  };
  const server = createServer(answer);
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '', 'http://localhost');
    handshakes.push({ path, query });
    // Who goes away in the middle of it is none of this server's business.
    socket.on('error', () => {});
    if (faults.refuse !== null)
      return void socket.end(`HTTP/1.1 ${faults.refuse} Refused\r\nconnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      setTimeout(() => open(opened, path), faults.greetAfterMs);
    });
  });

  function open(socket: WebSocket, path: string): void {
    const channel = channelAt(path);
    const connection: Connection = { socket, channels: new Set([channel]), heard: [], heardAt: [] };
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as ClientMessage;
      connection.heard.push(message);
      if (!faults.silent) for (const told of replies(connection, message)) send(socket, told);
    });
    if (faults.silent) return;
    send(socket, { type: 'connection_established', channel, message: 'Conectado', timestamp: now() });
    for (const told of news.state(channel)) send(socket, told);
  }

  function replies({ channels, heardAt }: Connection, message: ClientMessage): Notification[] {
    const timestamp = now();
    heardAt.push(Date.now());
    if (heardAt.filter((at) => at > Date.now() - 1000).length > MAX_CLIENT_MESSAGES_PER_SECOND) {
      return [{ type: 'error', code: 'rate_limited', message: 'Mensagens demais.', timestamp }];
    }
    switch (message.type) {
      case 'ping':
        return [{ type: 'pong', timestamp: message.timestamp }];
      case 'hello':
        return [];
      case 'subscribe':
        channels.add(message.channel);
        return [{ type: 'subscribed', channel: message.channel, timestamp }, ...news.state(message.channel)];
      case 'unsubscribe':
        channels.delete(message.channel);
        return [{ type: 'unsubscribed', channel: message.channel, timestamp }];
      case 'resume':
        return news.missed(message.channel, message.seq);
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    requests.push(pathname);
    const [, , name = '', isStream] = pathname.split('/');
    const channel = ['queue', 'stats', 'dashboard'].includes(name) ? name : `download:${name}`;
    const status = isStream ? faults.stream : faults.answer;
    if (status !== 200) return void response.writeHead(status).end();
    if (!isStream) {
      const body = news.body(channel);
      return void response.writeHead(body === null ? 404 : 200).end(JSON.stringify(body));
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('retry: 50\n\n');
    streams.set(response, channel);
    response.on('close', () => streams.delete(response));
    const last = request.headers['last-event-id'];
    if (last === undefined) response.write(`data: ${JSON.stringify({ type: 'connection_established' })}\n\n`);
    const missed = last === undefined ? news.state(channel) : news.missed(channel, Number(last));
    for (const told of missed) response.write(news.frame(told));
  }

  async function start(port: number): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }
  await start(0);
  const { port } = server.address() as AddressInfo;
  const drop = () => {
    for (const { socket } of connections) socket.terminate();
    server.closeAllConnections();
  };

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    handshakes,
    requests,
    connections,
    /** Publishes to whoever listens, and remembers. */
    tell(channel: string, notification: Notification) {
      news.remember(channel, notification);
      for (const { socket, channels } of connections) if (channels.has(channel)) send(socket, notification);
      for (const [response, name] of streams) if (name === channel) response.write(news.frame(notification));
    },
    /** Told, but the message is lost on its way. */
    remember: news.remember,
    forgetBefore: (seq: number) => news.forgetBefore(seq),
    /** Every connection breaks. */
    drop,
    /** Nobody answers at this address until `restart`. */
    async kill() {
      server.close();
      drop();
      await once(server, 'close');
    },
    restart: () => start(port),
    async stop() {
      server.close();
      drop();
      sockets.close();
    },
  };
}

export type ContractServer = Awaited<ReturnType<typeof startContractServer>>;

function channelAt(path: string): string {
  const rest = path.slice('/ws/'.length);
  const known = CHANNEL_PATHS.find((entry) => rest === entry.path || rest.startsWith(`${entry.path}/`));
  const channel = channelOf(known?.channel ?? '', rest === known?.path ? undefined : rest.slice(rest.indexOf('/') + 1));
  if (channel === null) throw new Error(`no channel at ${path}`);
  return channelName(channel);
}

const send = (socket: WebSocket, notification: Notification) => socket.send(JSON.stringify(notification));
const now = () => new Date().toISOString();
