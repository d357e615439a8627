import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Notification } from '../../contract/notification.ts';
import { connectionOpener, connectionsTable } from '../../src/channels/table.ts';
import { downloadUpdateOf, downloadNews } from '../../src/downloads/download-news.ts';
import type { Download } from '../../src/downloads/download.ts';
import { admitConnection } from '../../src/live/admit-connection.ts';
import { answerClient } from '../../src/live/answer-client.ts';
import { greetAll } from '../../src/live/greet.ts';
import { notify } from '../../src/live/notify.ts';
import type { News } from '../../src/news/news.ts';
import { aDownload, at } from '../support/a-download.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let made = 0;
beforeAll(async () => {
  tables = await someTables();
});
afterAll(() => tables.stop());

/** Connections of one channel, a record of what each hears, and a hand on who has gone. */
function aWorld(states: (Download | null)[] = [aDownload()]) {
  const channel = `download:w${(made += 1)}`;
  const heard = new Map<string, Notification[]>();
  const gone = new Set<string>();
  const connections = connectionsTable(tables.db, tables.names.connections);
  const app = {
    connections,
    now: () => at(20),
    stateOf: async () => {
      const state = states.length > 1 ? states.shift() : states[0];
      return state ? downloadUpdateOf(state, at(20)) : null;
    },
    sockets: {
      async post(id: string, text: string) {
        if (gone.has(id)) return 'gone' as const;
        heard.set(id, [...(heard.get(id) ?? []), JSON.parse(text) as Notification]);
        return 'sent' as const;
      },
    },
  };
  const open = async (id: string, openedAt = at(0)) => {
    await connectionOpener(tables.db, tables.names)({ id, channel, openedAt: openedAt.toISOString() });
    return {
      item: {
        connection: {
          channel: `connection:${id}`,
          connection_id: id,
          listens_to: channel,
          opened_at: openedAt.toISOString(),
        },
      },
      sequenceNumber: id,
    };
  };
  const publish = (...news: News[]) =>
    notify(
      app,
      news.map((entry, index) => ({ item: { news: { ...entry, channel } }, sequenceNumber: String(index) })),
    );
  const listening = async () => (await connections.listeners(channel, at(20))).map(({ connectionId }) => connectionId);
  return { app, channel, gone, open, publish, listening, heard: (id: string) => heard.get(id) ?? [] };
}
const progress = (seq: number): News => {
  const before = aDownload({ status: 'downloading', phase: 'downloading', bytes_total: 100 });
  return downloadNews(before, { ...before, seq, bytes_downloaded: seq }, at(seq));
};
const ending = (seq: number): News => downloadNews(aDownload(), aDownload({ status: 'completed', seq }), at(seq));

test('a new connection hears hello, then the state, and only from then on the news', async () => {
  const world = aWorld();
  const change = await world.open('c1');
  await world.publish(progress(2));
  expect(world.heard('c1')).toEqual([]);
  expect(await greetAll(world.app, [change])).toEqual([]);
  await world.publish(progress(3));
  expect(world.heard('c1').map(({ type }) => type)).toEqual([
    'connection_established',
    'download_update',
    'download_update',
  ]);
});

test('what changes while a connection is being greeted is told by a second look', async () => {
  const world = aWorld([aDownload({ seq: 4 }), aDownload({ seq: 6 })]);
  await greetAll(world.app, [await world.open('c2')]);
  expect(world.heard('c2').slice(1)).toMatchObject([{ seq: 4 }, { seq: 6 }]);
});

test('a connection that has gone is forgotten and the others still hear', async () => {
  const world = aWorld();
  await greetAll(world.app, [await world.open('gone'), await world.open('here')]);
  world.gone.add('gone');
  await world.publish(progress(2));
  expect(world.heard('here')).toHaveLength(3);
  expect(await world.listening()).toEqual(['here']);
});

test('a young connection that answers "gone" is kept: its handshake may not be over', async () => {
  const world = aWorld();
  await greetAll(world.app, [await world.open('young', at(15))]);
  world.gone.add('young');
  await world.publish(progress(2));
  expect(await world.listening()).toEqual(['young']);
});

test('a dead handshake does not hold up the greeting of others', async () => {
  const world = aWorld();
  world.gone.add('dead');
  const started = Date.now();
  await greetAll(world.app, [await world.open('dead'), await world.open('alive')]);
  expect(Date.now() - started).toBeLessThan(5000);
  expect(world.heard('alive')).toHaveLength(2);
});

test('of a batch only the newest progress is told, and none that an ending follows; endings are never dropped', async () => {
  const world = aWorld();
  await greetAll(world.app, [await world.open('c3')]);
  await world.publish(progress(2), progress(3));
  await world.publish(progress(4), progress(5), ending(6));
  expect(world.heard('c3').slice(2)).toMatchObject([{ seq: 3 }, { seq: 6 }]);
});

test('when the listeners cannot be read the news comes again', async () => {
  const world = aWorld();
  const broken = {
    ...world.app,
    connections: { ...world.app.connections, listeners: () => Promise.reject(new Error('x')) },
  };
  const change = { item: { news: progress(2) }, sequenceNumber: 's1' };
  expect(await notify(broken, [change])).toEqual([change]);
});

test('a closed connection is forgotten, also when it is closed twice', async () => {
  const world = aWorld();
  await greetAll(world.app, [await world.open('c4')]);
  await world.app.connections.close('c4');
  await world.app.connections.close('c4');
  expect(await world.listening()).toEqual([]);
});

test('ping is echoed, hello gives the state again, all else is an error and the connection stays', async () => {
  const world = aWorld();
  await world.open('c5');
  await answerClient(world.app, 'c5', '{"type":"ping","timestamp":123}');
  await answerClient(world.app, 'c5', '{"type":"hello"}');
  await answerClient(world.app, 'c5', 'not json');
  await answerClient(world.app, 'c5', '{"type":"rm -rf"}');
  expect(world.heard('c5')).toMatchObject([
    { type: 'pong', timestamp: 123 },
    { type: 'download_update' },
    { type: 'error', code: 'unknown_message' },
    { type: 'error', code: 'unknown_message' },
  ]);
});

test('a handshake is refused without the origin key, on an unknown channel, and for a download that does not exist', async () => {
  const key = 'a-key-of-the-origin';
  const opened: string[] = [];
  const app = {
    downloads: { get: async (id: string) => (id === 'd1' ? aDownload() : null) },
    open: async ({ channel }: { channel: string }) => void opened.push(channel),
    originKey: key,
    now: () => at(0),
  };
  const status = (query: Record<string, string>, originKey = key) =>
    admitConnection(app, { connectionId: 'c', headers: new Map([['x-origin-key', originKey]]), query });
  expect(await status({ channel: 'download', id: 'd1' }, 'guess')).toBe(403);
  expect(await status({ channel: 'toString', id: 'd1' })).toBe(404);
  expect(await status({ channel: 'download', id: '../d1' })).toBe(404);
  expect(await status({ channel: 'download' })).toBe(404);
  expect(await status({ channel: 'download', id: 'd2' })).toBe(404);
  expect(await status({ channel: 'download', id: 'd1' })).toBe(200);
  expect(opened).toEqual(['download:d1']);
});
