import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloadNews } from '../../src/downloads/download-news.ts';
import type { Download } from '../../src/downloads/download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { admitConnection } from '../../src/live/admit-connection.ts';
import { notify } from '../../src/live/notify.ts';
import type { News } from '../../src/news/news.ts';
import { aDownload, at } from '../support/a-download.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let world: ReturnType<typeof aLiveWorld>;
beforeEach(async () => {
  tables = await someTables();
  world = aLiveWorld(tables);
});
afterEach(() => tables.stop());

const CHANNEL = 'download:d1';
const accept = (changes: Partial<Download> = {}) =>
  downloadsTable(tables.db, tables.names).request(aDownload(changes), null, at(0));
const progress = (seq: number): News => {
  const before = aDownload({ status: 'downloading', phase: 'downloading', bytes_total: 100 });
  return downloadNews(before, { ...before, seq, bytes_downloaded: seq }, at(seq));
};
const ending = (seq: number): News => downloadNews(aDownload(), aDownload({ status: 'completed', seq }), at(seq));

test('a new connection hears hello, then the state, and only from then on the news', async () => {
  await accept();
  const change = await world.open('c1', [CHANNEL], at(15));
  await world.publish(progress(2));
  expect(world.heard('c1')).toEqual([]);
  expect(await world.greet([change])).toEqual([]);
  await world.publish(progress(3));
  expect(world.types('c1')).toEqual(['connection_established', 'download_update', 'download_update']);
});

test('what changes while a connection is being greeted is told by a second look', async () => {
  await accept();
  const channels = { ...world.app.channels };
  world.app.channels.markGreeted = async (...args) => {
    await downloadsTable(tables.db, tables.names).update(
      'd1',
      (download) => ({ kind: 'changed', download: { ...download, title: 'changed' } }),
      () => null,
      at(1),
    );
    return channels.markGreeted(...args);
  };
  await world.greet([await world.open('c2', [CHANNEL])]);
  expect(world.heard('c2').slice(1)).toMatchObject([{ seq: 1 }, { seq: 2, data: { title: 'changed' } }]);
});

test('a connection that has gone is forgotten and the others still hear', async () => {
  await accept();
  await world.join('gone', CHANNEL);
  await world.join('here', CHANNEL);
  world.gone.add('gone');
  await world.publish(progress(2));
  expect(world.heard('here')).toHaveLength(3);
  expect(await world.listening(CHANNEL)).toEqual(['here']);
});

test('a young connection that answers "gone" is kept: its handshake may not be over', async () => {
  await world.greet([await world.open('young', [CHANNEL], at(15))]);
  world.gone.add('young');
  await world.publish(progress(2));
  expect(await world.listening(CHANNEL)).toEqual(['young']);
});

test('whoever could not be greeted comes again, and is greeted then', async () => {
  await accept();
  const batch = [await world.open('well', [CHANNEL]), await world.open('later', [CHANNEL])];
  const { look } = world.app;
  let fails = true;
  world.app.look = async (...args) => {
    if (world.types('later').length === 1 && fails) throw new Error('x');
    return look(...args);
  };
  const again = await world.greet(batch.slice(1));
  expect(again).toEqual(batch.slice(1));
  fails = false;
  expect(await world.greet(batch)).toEqual([]);
  await world.publish(progress(2));
  expect(world.types('later').at(-1)).toBe('download_update');
});

test('whoever was never greeted asks with hello, and hears the news from then on', async () => {
  await accept();
  await world.open('deaf', [CHANNEL], at(15));
  await world.publish(progress(2));
  expect(world.heard('deaf')).toEqual([]);
  await world.says('deaf', { type: 'hello' });
  expect(world.types('deaf')).toEqual(['download_update']);
  await world.publish(progress(3));
  expect(world.heard('deaf').at(-1)).toMatchObject({ seq: 3 });
});

test('whoever could not be greeted hears the news all the same, ten seconds after it came', async () => {
  await accept();
  await world.open('slow', [CHANNEL], at(5));
  await world.publish(progress(2));
  expect(world.types('slow')).toEqual(['download_update']);
});

test('a dead handshake does not hold up the greeting of others', async () => {
  await accept();
  world.gone.add('dead');
  const started = Date.now();
  await world.greet([await world.open('dead', [CHANNEL]), await world.open('alive', [CHANNEL])]);
  expect(Date.now() - started).toBeLessThan(10_000);
  expect(world.heard('alive')).toHaveLength(2);
});

test('of a batch only the newest progress is told, and none that an ending follows; endings are never dropped', async () => {
  await accept();
  await world.join('c3', CHANNEL);
  await world.publish(progress(2), progress(3));
  await world.publish(progress(4), progress(5), ending(6));
  expect(world.heard('c3').slice(2)).toMatchObject([{ seq: 3 }, { seq: 6 }]);
});

test('a throttled listener is kept; progress is not repeated to it, an ending is tried again until it is heard', async () => {
  await accept();
  await world.join('slow', CHANNEL);
  let tries = 0;
  const sockets = { ...world.app.sockets };
  world.app.sockets.post = async (id, text) => {
    tries += 1;
    return tries < 4 ? 'throttled' : sockets.post(id, text);
  };
  await world.publish(progress(2));
  expect(tries).toBe(1);
  await world.publish(ending(3));
  expect(world.heard('slow').at(-1)).toMatchObject({ seq: 3, data: { status: 'completed' } });
  expect(await world.listening(CHANNEL)).toEqual(['slow']);
});

test('a post that is never answered holds back nothing that comes after it, and an ending is tried again', async () => {
  await accept();
  await world.join('c4', CHANNEL);
  const sockets = { ...world.app.sockets };
  const tried: number[] = [];
  world.app.sockets.post = async (id, text) => {
    const { seq } = JSON.parse(text) as { seq: number };
    tried.push(seq);
    if (seq === 2 || (seq === 4 && tried.length < 5)) throw new Error('no answer in time');
    return sockets.post(id, text);
  };
  const notice = (seq: number) => downloadNews(null, aDownload({ seq }), at(seq));
  await world.publish(progress(2));
  await world.publish(notice(3), ending(4));
  expect(tried).toEqual([2, 3, 4, 4, 4]);
  expect(world.heard('c4').slice(2)).toMatchObject([{ seq: 3 }, { seq: 4, data: { status: 'completed' } }]);
});

test('when hardly any post is answered the news comes again; one listener that does not answer is no reason', async () => {
  await accept();
  for (const id of ['c5', 'c6', 'c7']) await world.join(id, CHANNEL);
  const sockets = { ...world.app.sockets };
  const silent = new Set(['c5']);
  world.app.sockets.post = async (id, text) => {
    if (silent.has(id)) throw new Error('no answer in time');
    return sockets.post(id, text);
  };
  expect(await world.publish(ending(2))).toEqual([]);
  silent.add('c6');
  expect(await world.publish(ending(3))).toHaveLength(1);
  expect(world.heard('c7').slice(2)).toMatchObject([{ seq: 2 }, { seq: 3 }]);
});

test('a dashboard that asked for deltas hears each change of each download, and its own 3 s do not wait for it', async () => {
  await world.join('plain', 'dashboard');
  await world.join('eager', 'dashboard', 'deltas');
  expect(world.types('eager')).toEqual(['connection_established', 'dashboard_update']);
  await world.publish(progress(2));
  expect(world.types('eager').at(-1)).toBe('download_update');
  expect(world.types('plain')).toEqual(['connection_established', 'dashboard_update']);
});

test('when the listeners cannot be read the news comes again', async () => {
  const listeners = () => Promise.reject(new Error('x'));
  const broken = { ...world.app, channels: { ...world.app.channels, listeners } };
  const change = { item: { news: progress(2) }, sequenceNumber: 's1' };
  expect(await notify(broken, [change])).toEqual([change]);
});

test('a closed connection is forgotten, also when it is closed twice', async () => {
  await world.join('c4', 'queue', 'stats');
  await world.app.connections.close('c4');
  await world.app.connections.close('c4');
  expect(await world.listening('queue')).toEqual([]);
  expect(await world.listening('stats')).toEqual([]);
});

test('a channel with more listeners than one function should post to is told by one message for each of its partitions', async () => {
  const few = { ...world.app, mostPostedHere: 3 };
  for (const id of ['l1', 'l2', 'l3', 'l4', 'l5', 'l6']) await world.join(id, 'general');
  world.forget();
  const seq = '01JDC8Z1Q5W3N7XK2V9T4B6M8R';
  const news: News = {
    channel: 'general',
    seq,
    kind: 'change',
    notification: { type: 'general_message', seq, level: 'info', message: 'olá', timestamp: at(0).toISOString() },
  };
  await notify(few, [{ item: { news }, sequenceNumber: '1' }]);
  expect(world.heard('l1')).toEqual([]);
  expect(world.queued).toHaveLength(4);
  expect(await world.fanOut()).toEqual([]);
  for (const id of ['l1', 'l2', 'l3', 'l4', 'l5', 'l6']) expect(world.types(id)).toEqual(['general_message']);
});

test('a handshake is refused without the origin key, on an unknown channel, for what does not exist, over the limit, and to admin without the token', async () => {
  await accept();
  const key = 'a-key-of-the-origin';
  const opened: unknown[] = [];
  const app = {
    ...world.app,
    open: async ({ listensTo, user, trusted }: { listensTo: unknown; user: string; trusted: boolean }) =>
      void opened.push({ listensTo, user, trusted }),
    accessToken: async (): Promise<string | null> => null,
    originKey: key,
    maxConnectionsPerIp: 2,
  };
  const knock = (query: Record<string, string>, given: Partial<typeof app> & { key?: string; ip?: string } = {}) => {
    const headers = new Map([
      ['x-origin-key', given.key ?? key],
      ['x-viewer-ip', given.ip ?? '198.51.100.1'],
    ]);
    return admitConnection({ ...app, ...given }, { connectionId: 'c', headers, query });
  };
  expect(await knock({ channel: 'download', id: 'd1' }, { key: 'guess' })).toBe(403);
  expect(await knock({ channel: 'toString', id: 'd1' })).toBe(404);
  expect(await knock({ channel: 'download', id: '../d1' })).toBe(404);
  expect(await knock({ channel: 'download' })).toBe(404);
  expect(await knock({ channel: 'download', id: 'd2' })).toBe(404);
  expect(await knock({ channel: 'queue', id: 'd1' })).toBe(404);
  expect(await knock({ channel: 'deltas' })).toBe(404);
  expect(await knock({ channel: 'logs', id: 'd2' })).toBe(404);
  expect(opened).toEqual([]);

  expect(await knock({ channel: 'download', id: 'd1' })).toBe(200);
  expect(await knock({ channel: 'logs', id: 'd1' })).toBe(200);
  expect(await knock({ channel: 'queue', download_id: 'd1', client: 'me' })).toBe(200);
  expect(await knock({ channel: 'dashboard', deltas: '1' })).toBe(200);
  expect(opened.slice(2)).toEqual([
    { listensTo: [{ channel: 'queue', downloadId: 'd1' }], user: 'client:me', trusted: true },
    {
      listensTo: [
        { channel: 'dashboard', downloadId: null },
        { channel: 'deltas', downloadId: null },
      ],
      user: 'ip:198.51.100.1',
      trusted: true,
    },
  ]);

  const guarded = { accessToken: async () => 'secret' };
  expect(await knock({ channel: 'admin' }, guarded)).toBe(401);
  expect(await knock({ channel: 'admin', token: 'guess' }, guarded)).toBe(401);
  expect(await knock({ channel: 'queue', token: 'guess' }, guarded)).toBe(401);
  expect(await knock({ channel: 'admin', token: 'secret' }, guarded)).toBe(200);
  expect(await knock({ channel: 'queue' }, guarded)).toBe(200);
  expect(opened.at(-1)).toMatchObject({ trusted: false });

  await world.open('one', ['queue']);
  await world.open('two', ['queue']);
  expect(await knock({ channel: 'queue' }, { ip: '203.0.113.7' })).toBe(429);
  expect(await knock({ channel: 'queue' }, { ip: '203.0.113.8' })).toBe(200);
});
