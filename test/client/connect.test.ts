import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket as UndiciWebSocket } from 'undici';
import { WebSocket } from 'ws';
import { connect, type Client, type ConnectOptions, type State } from '../../client/connect.ts';
import type { DownloadUpdate, Notification } from '../../contract/notification.ts';
import { anUpdate, aQueue } from '../support/contract-news.ts';
import { startContractServer, type ContractServer } from '../support/contract-server.ts';
import { eventually } from '../support/listeners.ts';

let server: ContractServer;
const clients: Client[] = [];
beforeEach(async () => {
  server = await startContractServer();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server.stop();
});

type More = Partial<Omit<ConnectOptions<{ download: string }>, 'channel' | 'on'>>;

/** Listens to download d1, and keeps what it is told. */
function listen(more: More = {}) {
  const heard: DownloadUpdate[] = [];
  const states: State[] = [];
  const client = connect({
    url: server.url,
    channel: { download: 'd1' },
    on: (notification) => heard.push(notification),
    onState: (state) => states.push(state),
    WebSocket,
    ...more,
  });
  clients.push(client);
  const seqs = () => heard.map(({ seq }) => seq);
  return { client, heard, states, seqs, until: (fits: () => boolean) => eventually(() => (fits() ? true : undefined)) };
}

const tell = (...updates: DownloadUpdate[]) => {
  for (const update of updates) server.tell('download:d1', update);
};
const remember = (...updates: DownloadUpdate[]) => {
  for (const update of updates) server.remember('download:d1', update);
};

test('the state comes at once, then every change', async () => {
  remember(anUpdate(1, 5), anUpdate(2, 10));
  const { client, seqs, until, states } = listen();
  await until(() => seqs().length === 1);
  tell(anUpdate(3, 20), anUpdate(4, 30));
  await until(() => seqs().length === 3);
  expect(seqs()).toEqual([2, 3, 4]);
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'live']);
  expect(client.state()).toEqual({ status: 'live', transport: 'websocket', nextTryAt: null });
  expect(server.handshakes[0]).toMatchObject({ path: '/ws/downloads/d1' });
  expect(server.handshakes[0]!.query.get('attempt')).toBe(null);
});

test.each([
  ['ws', WebSocket],
  ['undici', UndiciWebSocket],
])('the WebSocket of the package %s will do', async (_, implementation) => {
  remember(anUpdate(1, 5));
  const { seqs, until } = listen({ WebSocket: implementation });
  await until(() => seqs().length === 1);
  server.drop();
  await until(() => server.handshakes.length === 2);
  tell(anUpdate(2, 6));
  await until(() => seqs().length === 2);
});

test('what was missed while the connection was broken is told in order, nothing is lost and nothing told twice', async () => {
  remember(anUpdate(1, 5));
  const { seqs, until, states } = listen();
  await until(() => seqs().length === 1);
  tell(anUpdate(2, 10));
  server.drop();
  remember(anUpdate(3, 20), anUpdate(4, 30), anUpdate(5, 40));
  await until(() => seqs().at(-1) === 5);
  tell(anUpdate(6, 50));
  await until(() => seqs().at(-1) === 6);
  expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
  const [first, second] = server.handshakes;
  expect(second!.query.get('attempt')).toBe('1');
  expect(second!.query.get('client')).toMatch(/^[\w-]{8,64}$/);
  expect(second!.query.get('client')).toBe(first!.query.get('client'));
  const waiting = states.find(({ status, nextTryAt }) => status === 'reconnecting' && nextTryAt !== null);
  expect(waiting?.nextTryAt).toBeInstanceOf(Date);
});

test('a notification that comes late is not told any more', async () => {
  const { seqs, until } = listen();
  await until(() => server.connections.size === 1);
  tell(anUpdate(4, 40), anUpdate(3, 30), anUpdate(4, 40), anUpdate(5, 50));
  await until(() => seqs().at(-1) === 5);
  expect(seqs()).toEqual([4, 5]);
});

test('when what was missed is no longer kept the listener is told so, and then the state', async () => {
  remember(anUpdate(1, 5));
  const order: string[] = [];
  const { seqs, until, heard } = listen({
    onResync: (channel) => order.push(`resync ${channel} after ${seqs().at(-1)}`),
  });
  await until(() => seqs().length === 1);
  server.drop();
  remember(anUpdate(8, 70), anUpdate(9, 80));
  server.forgetBefore(8);
  await until(() => seqs().at(-1) === 9);
  expect(seqs()).toEqual([1, 9]);
  expect(heard.at(-1)!.data.progress).toBe(80);
  await until(() => order.length === 1);
});

test('a server that is killed and started again is found again', async () => {
  remember(anUpdate(1, 5));
  const { seqs, until, client, states } = listen({ timing: { longestWaitMs: 200, failuresBeforeFallback: Infinity } });
  await until(() => seqs().length === 1);
  await server.kill();
  await until(() => client.state().status === 'reconnecting' && states.length > 6);
  remember(anUpdate(2, 6));
  await server.restart();
  await until(() => client.state().status === 'live' && seqs().length === 2);
  expect(Number(server.handshakes.at(-1)!.query.get('attempt'))).toBeGreaterThan(1);
});

test('a connection that falls silent is given up for another', async () => {
  remember(anUpdate(1, 5));
  const { seqs, until } = listen({ timing: { pingEachMs: 100, answerWithinMs: 500 } });
  await until(() => server.connections.size === 1 && [...server.connections][0]!.heard.length >= 2);
  expect(server.handshakes.length).toBe(1);
  server.faults.silent = true;
  await until(() => server.handshakes.length === 2);
  server.faults.silent = false;
  tell(anUpdate(2, 6));
  await until(() => seqs().at(-1) === 2);
});

test('a new connection is made before the old one is too old, and nothing is lost or told twice between them', async () => {
  remember(anUpdate(1, 0));
  const { seqs, until, states } = listen({ timing: { renewAfterMs: 300, lingerMs: 200 } });
  await until(() => seqs().length === 1);
  server.faults.greetAfterMs = 100;
  let widest = 0;
  for (let seq = 2; server.handshakes.length < 4; seq += 1) {
    tell(anUpdate(seq, seq));
    widest = Math.max(widest, server.connections.size);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const last = anUpdate(100_000, 100);
  tell(last);
  await until(() => seqs().at(-1) === last.seq);
  expect(seqs().slice(0, -1)).toEqual(
    seqs()
      .slice(0, -1)
      .map((_, index) => index + 1),
  );
  expect(widest).toBe(2);
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'live']);
  expect(server.handshakes.map(({ query }) => query.get('attempt'))).toEqual([null, null, null, null]);
});

test('one connection listens to many channels, after it broke too, and never speaks too fast', async () => {
  const positions: number[] = [];
  const { client, until, seqs } = listen();
  const logs: string[] = [];
  client.subscribe('queue', ({ data }) => positions.push(data.pending));
  for (let index = 0; index < 25; index += 1)
    client.subscribe({ logs: `d${index}` }, ({ message }) => logs.push(message));
  server.remember('queue', aQueue(3));
  await until(() => [...server.connections][0]?.channels.size === 27);
  expect(server.handshakes.length).toBe(1);
  server.drop();
  await until(() => server.handshakes.length === 2 && [...server.connections][0]?.channels.size === 27);
  server.tell('logs:d7', aLine('d7', 1));
  server.tell('queue', aQueue(4));
  tell(anUpdate(1, 1));
  await until(() => seqs().length === 1 && positions.at(-1) === 4 && logs.length === 1);
  client.unsubscribe('queue');
  await until(() => [...server.connections][0]!.channels.size === 26);
});

test('of a history each line is told once, in whichever order the lines come', async () => {
  const lines: number[] = [];
  clients.push(connect({ url: server.url, channel: { logs: 'd1' }, on: ({ seq }) => lines.push(seq), WebSocket }));
  await eventually(() => (server.connections.size === 1 ? true : undefined));
  for (const seq of [1, 3, 2, 3]) server.tell('logs:d1', aLine('d1', seq));
  await eventually(() => (lines.length === 3 ? true : undefined));
  server.drop();
  server.remember('logs:d1', aLine('d1', 4));
  await eventually(() => (lines.length === 4 ? true : undefined));
  server.tell('logs:d1', aLine('d1', 5));
  await eventually(() => (lines.includes(5) ? true : undefined));
  expect(lines).toEqual([1, 3, 2, 4, 5]);
});

test('announcements are numbered by ULIDs, and each is told once', async () => {
  const heard: string[] = [];
  const client = connect({ url: server.url, channel: 'general', on: ({ message }) => heard.push(message), WebSocket });
  clients.push(client);
  await eventually(() => (server.connections.size === 1 ? true : undefined));
  server.tell('general', anAnnouncement('01JDC8Z1Q5W3N7XK2V9T4B6M8R', 'b'));
  server.tell('general', anAnnouncement('01JDC8Z1Q5W3N7XK2V9T4B6M8Q', 'a'));
  server.tell('general', anAnnouncement('01JDC8Z1Q5W3N7XK2V9T4B6M8R', 'b'));
  server.drop();
  server.remember('general', anAnnouncement('01JDC8Z1Q5W3N7XK2V9T4B6M8S', 'c'));
  await eventually(() => (heard.length === 3 ? true : undefined));
  expect(heard).toEqual(['b', 'a', 'c']);
});

test('what the server refuses is told; what is closed is over', async () => {
  const { client, until, states } = listen();
  await until(() => client.state().status === 'live');
  client.close();
  client.close();
  await until(() => server.connections.size === 0);
  expect(states.at(-1)!.status).toBe('closed');
  expect(server.handshakes.length).toBe(1);
  expect(() => client.subscribe({ download: 'not an id' }, () => {})).toThrow('There is no channel');
});

const aLine = (id: string, seq: number): Notification => {
  const timestamp = new Date().toISOString();
  return { type: 'log', id, seq, level: 'info', message: `line ${seq}`, at: timestamp, timestamp };
};

const anAnnouncement = (seq: string, message: string): Notification => ({
  type: 'general_message',
  seq,
  level: 'info',
  message,
  timestamp: new Date().toISOString(),
});
