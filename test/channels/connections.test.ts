import { afterEach, beforeEach, expect, test } from 'vitest';
import { probeConnections } from '../../src/channels/probe-connections.ts';
import { countsTable } from '../../src/channels/counts/table.ts';
import { at } from '../support/a-download.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let world: ReturnType<typeof aLiveWorld>;
beforeEach(async () => {
  tables = await someTables();
  world = aLiveWorld(tables);
});
afterEach(() => tables.stop());

const counts = () => countsTable(tables.db, tables.names.connections);
const probe = (dead: string[], seconds: number) =>
  probeConnections({
    ...world.app,
    sockets: { alive: async (id) => !dead.includes(id) },
    now: () => at(seconds),
  });

test('the janitor forgets connections that are gone, keeps the others, and lets handshakes be', async () => {
  await world.join('alive', 'queue');
  await world.join('dead', 'queue', 'stats');
  await world.open('young', ['queue'], at(95));
  await probe(['dead', 'young'], 100);
  expect(await counts().byChannel(at(100))).toMatchObject({ queue_connections: 2, stats_connections: 0, total: 2 });
  expect(await counts().presence()).toEqual({ active_connections: 2, users_online: 2 });
  await probe(['young'], 110);
  expect(await counts().presence()).toEqual({ active_connections: 1, users_online: 1 });
  expect(await world.listening('queue')).toEqual(['alive']);
});

test('a connection that nobody closed is not counted for longer than it can live', async () => {
  await world.join('left', 'dashboard');
  expect(await counts().byChannel(at(60))).toMatchObject({ dashboard_connections: 1 });
  expect(await counts().byChannel(at(3 * 60 * 60))).toMatchObject({ dashboard_connections: 0 });
  expect(await world.app.census.countOf('203.0.113.7', at(3 * 60 * 60))).toBe(0);
});

test('a channel joined while the connection is being closed does not outlive it', async () => {
  await world.join('c', 'queue');
  await Promise.all([
    world.app.connections.close('c'),
    world.app.connections.subscribe('c', { channel: 'stats', downloadId: null }, at(20)),
  ]);
  await world.app.connections.close('c');
  expect(await counts().byChannel(at(20))).toMatchObject({ total: 0 });
});

test('a person with several tabs is one person', async () => {
  const person = { ip: '203.0.113.7', user: 'client:me', trusted: false, openedAt: at(0) };
  const { connectionOpener } = await import('../../src/channels/connections/table.ts');
  const open = connectionOpener(tables.db, tables.names);
  for (const id of ['a', 'b', 'c']) {
    await open({ id, listensTo: [{ channel: 'queue', downloadId: null }], ...person });
  }
  await open({ id: 'd', listensTo: [{ channel: 'queue', downloadId: null }], ...person, user: 'client:you' });
  expect(await counts().presence()).toEqual({ active_connections: 4, users_online: 2 });
  expect(await world.app.census.countOf('203.0.113.7', at(1))).toBe(4);
});
