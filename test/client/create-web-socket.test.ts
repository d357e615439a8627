import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createWebSocket } from '../../client/create-web-socket.ts';
import { anUpdate, aQueue } from '../support/contract-news.ts';
import { startContractServer, type ContractServer } from '../support/contract-server.ts';
import { eventually } from '../support/listeners.ts';

let server: ContractServer;
let address: string;
beforeEach(async () => {
  server = await startContractServer();
  address = server.url.replace('http', 'ws');
});
afterEach(() => server.stop());

type Told = { type: string; data: { pending: number } };

test("the first seed's own example works, and goes on when the connection breaks", async () => {
  const pending: number[] = [];
  const socket = createWebSocket(
    `${address}/ws/queue?download_id=d1`,
    (event) => {
      const data = JSON.parse(event.data) as Told;
      if (data.type === 'queue_update') pending.push(data.data.pending);
    },
    { WebSocket },
  );
  await eventually(() => (server.connections.size === 1 ? true : undefined));
  server.tell('queue', aQueue(1));
  await eventually(() => (pending.length === 1 ? true : undefined));
  server.drop();
  server.tell('queue', aQueue(2));
  await eventually(() => (pending.length === 2 ? true : undefined));
  socket.close();
  await eventually(() => (server.connections.size === 0 ? true : undefined));
  expect(pending).toEqual([1, 2]);
  expect(server.handshakes.map(({ query }) => query.get('download_id'))).toEqual(['d1', 'd1']);
});

test('what the contract does not name yet is passed on as well, and a dashboard may ask for changes', async () => {
  const types: string[] = [];
  const note = ({ data }: { data: string }) => void types.push((JSON.parse(data) as Told).type);
  const upload = createWebSocket(`${address}/ws/upload/Arquivo%201`, note, { WebSocket });
  const dashboard = createWebSocket(`${address}/ws/dashboard?deltas=1`, note, { WebSocket });
  const isHeard = (channel: string) => [...server.connections].some(({ channels }) => channels.has(channel));
  await eventually(() => (isHeard('deltas') && isHeard('import:arquivo-1') ? true : undefined));
  server.tell('import:arquivo-1', { type: 'of_tomorrow' } as never);
  server.tell('deltas', anUpdate(1, 5));
  await eventually(() => (types.length === 2 ? true : undefined));
  expect(types.toSorted()).toEqual(['download_update', 'of_tomorrow']);
  upload.close();
  dashboard.close();
});

test('an address that is none of FastTrack is refused at once', () => {
  for (const path of ['/ws/nothing', '/ws/downloads', '/elsewhere', '/ws/queue/d1', '/ws/downloads/%E0%A4%A']) {
    expect(() => createWebSocket(`${address}${path}`, () => {}, { WebSocket }), path).toThrow(/channel|WebSocket|URI/);
  }
});
