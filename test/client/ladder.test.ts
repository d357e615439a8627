import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventSource } from 'undici';
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

const QUICK = { longestWaitMs: 100, pollEachMs: 50, climbEachMs: 60_000 };

function listen(more: Partial<Omit<ConnectOptions<{ download: string }>, 'channel' | 'on'>> = {}) {
  const heard: DownloadUpdate[] = [];
  const states: State[] = [];
  const client = connect({
    url: server.url,
    channel: { download: 'd1' },
    on: (notification) => heard.push(notification),
    onState: (state) => states.push(state),
    timing: QUICK,
    WebSocket,
    EventSource,
    ...more,
  });
  clients.push(client);
  const until = (fits: () => boolean) => eventually(() => (fits() ? true : undefined));
  return { client, heard, states, until, progress: () => heard.map(({ data }) => data.progress) };
}

const tell = (update: DownloadUpdate) => server.tell('download:d1', update);

test('where WebSockets are refused the stream tells the same, and the WebSocket is tried again and taken', async () => {
  server.faults.refuse = 429;
  tell(anUpdate(1, 5));
  const { client, heard, until } = listen({ timing: { ...QUICK, climbEachMs: 300 } });
  await until(() => heard.length === 1);
  expect(server.handshakes.length).toBeGreaterThanOrEqual(3);
  expect(client.state()).toMatchObject({ status: 'live', transport: 'sse' });
  expect(heard[0]).toEqual({ ...anUpdate(1, 5), timestamp: expect.stringMatching(/Z$/) });
  tell(anUpdate(2, 10));
  await until(() => heard.length === 2);

  server.faults.refuse = null;
  await until(() => client.state().transport === 'websocket' && server.connections.size === 1);
  expect(client.state().status).toBe('live');
  tell(anUpdate(3, 20));
  await until(() => heard.length === 3);
  expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('a stream that breaks is resumed by its last id', async () => {
  server.faults.refuse = 403;
  tell(anUpdate(1, 5));
  const { heard, until } = listen();
  await until(() => heard.length === 1);
  server.drop();
  server.remember('download:d1', anUpdate(2, 10));
  server.remember('download:d1', anUpdate(3, 15));
  await until(() => heard.length === 3);
  expect(heard.map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test('where streams fail too the state is asked for, told when it changed, and told whole at the end', async () => {
  server.faults.refuse = 403;
  server.faults.stream = 502;
  tell(anUpdate(1, 5));
  const { client, heard, progress, until } = listen();
  await until(() => heard.length === 1);
  expect(client.state()).toMatchObject({ status: 'live', transport: 'polling' });
  tell(anUpdate(2, 10));
  await until(() => heard.length === 2);
  tell(anUpdate(3, 100, { status: 'completed', file_path: '/downloads/d1/file', file_size: 100 }));
  await until(() => heard.length === 3);
  const asked = server.requests.length;
  await until(() => server.requests.length > asked + 3);
  expect(progress()).toEqual([5, 10, 100]);
  expect(heard.at(-1)!.data).toEqual(
    anUpdate(3, 100, { status: 'completed', file_path: '/downloads/d1/file', file_size: 100 }).data,
  );
});

test('a stream tells little of an ending; the listener is told all of it', async () => {
  server.faults.refuse = 403;
  tell(anUpdate(1, 5));
  const { heard, until } = listen();
  await until(() => heard.length === 1);
  tell(anUpdate(2, 30, { status: 'failed', error_code: 'source_not_found', error_message: 'Não existe.' }));
  await until(() => heard.length === 2);
  expect(heard[1]!.data).toMatchObject({ status: 'failed', error_code: 'source_not_found', title: 'Recife' });
  tell(anUpdate(3, 40));
  await until(() => heard.length === 3);
});

test('a program without WebSocket and EventSource follows the queue by asking', async () => {
  const pending: number[] = [];
  server.tell('queue', aQueue(1));
  const client = connect({
    url: server.url,
    channel: 'queue',
    on: ({ data }) => pending.push(data.pending),
    WebSocket: null,
    EventSource: null,
    timing: QUICK,
  });
  clients.push(client);
  await eventually(() => (pending.length === 1 ? true : undefined));
  server.tell('queue', aQueue(2));
  await eventually(() => (pending.length === 2 ? true : undefined));
  expect(pending).toEqual([1, 2]);
});

test('a channel that only a WebSocket brings waits for it, however long that takes', async () => {
  server.faults.refuse = 503;
  const heard: Notification[] = [];
  const client = connect({
    url: server.url,
    channel: { logs: 'd1' },
    on: (line) => heard.push(line),
    WebSocket,
    timing: QUICK,
  });
  clients.push(client);
  await eventually(() => (server.handshakes.length > 8 ? true : undefined));
  expect(client.state().status).toBe('reconnecting');
  expect(server.requests).toEqual([]);
  server.faults.refuse = null;
  await eventually(() => (client.state().status === 'live' ? true : undefined));
});

test('when nothing answers any more all ways are tried until one does', async () => {
  tell(anUpdate(1, 5));
  const { client, heard, until } = listen();
  await until(() => heard.length === 1);
  await server.kill();
  await until(() => client.state().transport !== 'websocket' && client.state().status === 'reconnecting');
  await server.restart();
  tell(anUpdate(2, 6));
  await until(() => heard.at(-1)!.data.progress === 6 && client.state().status === 'live');
});
