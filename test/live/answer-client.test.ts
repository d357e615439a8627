import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Notification } from '../../contract/notification.ts';
import { controlDownload } from '../../src/downloads/control-download.ts';
import { downloadNews } from '../../src/downloads/download-news.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { firstUlidOf } from '../../src/news/news.ts';
import { postNotice } from '../../src/notices/post-notice.ts';
import { noticesTable } from '../../src/notices/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
let world: ReturnType<typeof aLiveWorld>;
let clock: { now: Date };
beforeEach(async () => {
  tables = await someTables();
  clock = { now: at(20) };
  world = aLiveWorld(tables, clock);
});
afterEach(() => tables.stop());

const downloads = () => downloadsTable(tables.db, tables.names);
const accept = (id = 'd1') => downloads().request(aDownload({ id }), null, at(0));
const control = (id: string, what: 'pause' | 'resume' | 'cancel') =>
  controlDownload(
    { downloads: downloads(), queue: { send: async () => {} }, discard: async () => {}, now: () => at(5) },
    id,
    what,
    undefined,
  );
let made = 0;
const announce = (message: string, seconds: number) =>
  postNotice(
    {
      notices: noticesTable(tables.db, tables.names),
      newId: () => firstUlidOf(at(seconds)).slice(0, 10) + String((made += 1)).padStart(16, '0'),
      now: () => at(seconds),
    },
    { owner: 'anonymous', idempotencyKey: undefined, channel: 'general', level: 'info', message },
  );
const said = (told: Notification[]) => told.flatMap((one) => ('message' in one ? [one.message] : []));

test('who could not be greeted in time says hello, and hears the state and from then on the news', async () => {
  await accept();
  await world.open('c', ['download:d1']);
  await world.says('c', { type: 'hello' });
  expect(world.types('c')).toEqual(['download_update']);
  await control('d1', 'pause');
  await world.publish(downloadNews(aDownload(), aDownload({ status: 'paused', seq: 2 }), at(5)));
  expect(world.heard('c').at(-1)).toMatchObject({ seq: 2, data: { status: 'paused' } });
});

test('ping is echoed, hello gives the state again, all else is an error and the connection stays', async () => {
  await accept();
  await world.join('c', 'download:d1');
  world.forget();
  await world.says('c', { type: 'ping', timestamp: 123 });
  await world.says('c', { type: 'hello' });
  await world.says('c', 'not json');
  await world.says('c', { type: 'rm -rf' });
  await world.says('c', '');
  await world.says('c', { type: 'ping', more: 'x'.repeat(5_000) });
  expect(world.heard('c')).toMatchObject([
    { type: 'pong', timestamp: 123 },
    { type: 'download_update' },
    { type: 'error', code: 'unknown_message' },
    { type: 'error', code: 'unknown_message' },
    { type: 'error', code: 'unknown_message' },
    { type: 'error', code: 'message_too_large' },
  ]);
  expect(await world.listening('download:d1')).toEqual(['c']);
});

test('one connection hears many channels, each with its state first, and stops when it says so', async () => {
  await accept();
  await world.join('c', 'queue');
  world.forget();
  await world.says('c', { type: 'subscribe', channel: 'download:d1' });
  await world.says('c', { type: 'subscribe', channel: 'stats' });
  expect(world.types('c')).toEqual(['subscribed', 'download_update', 'subscribed', 'stats_update']);
  expect(world.woken).toEqual(['download:d1', 'stats']);
  await world.says('c', { type: 'unsubscribe', channel: 'stats' });
  await world.says('c', { type: 'unsubscribe', channel: 'stats' });
  expect(world.heard('c').slice(4)).toMatchObject([
    { type: 'unsubscribed', channel: 'stats' },
    { type: 'error', code: 'not_subscribed' },
  ]);
  expect(await world.listening('stats')).toEqual([]);
  await world.app.connections.close('c');
  expect(await world.listening('download:d1')).toEqual([]);
  expect(await world.listening('queue')).toEqual([]);
});

test('what is subscribed to with a download’s name is told its place', async () => {
  await accept('d1');
  await world.join('c', 'general');
  await world.says('c', { type: 'subscribe', channel: 'queue', download_id: 'd1' });
  expect(world.heard('c').at(-1)).toMatchObject({ type: 'queue_update', data: { pending: 1, queue_position: 1 } });
  world.forget();
  await world.says('c', { type: 'hello' });
  expect(world.heard('c').at(-1)).toMatchObject({ type: 'queue_update', data: { queue_position: 1 } });
});

test('channels that do not exist, the administrators’ without the token, and more than fifty are refused', async () => {
  await world.join('c', 'queue');
  world.forget();
  for (const channel of ['nothing', 'download:missing', 'download', 'queue:x', '__proto__', 'admin']) {
    clock.now = new Date(clock.now.getTime() + 1_000);
    await world.says('c', { type: 'subscribe', channel });
  }
  expect(world.heard('c').map((told) => 'code' in told && told.code)).toEqual([
    ...Array.from({ length: 5 }, () => 'unknown_channel'),
    'unauthorized',
  ]);
  world.forget();
  for (let index = 0; index < 50; index += 1) {
    clock.now = new Date(clock.now.getTime() + 1_000);
    await world.says('c', { type: 'subscribe', channel: `import:file-${index}` });
  }
  expect(world.types('c').filter((type) => type === 'subscribed')).toHaveLength(49);
  expect(world.heard('c').at(-1)).toMatchObject({ type: 'error', code: 'too_many_subscriptions' });
});

test('of a flood twenty a second are answered, one is told why, and the next second all is well', async () => {
  await world.join('c', 'general');
  world.forget();
  await Promise.all(Array.from({ length: 60 }, () => world.says('c', { type: 'ping' })));
  expect(world.types('c').filter((type) => type === 'pong')).toHaveLength(20);
  expect(world.heard('c').filter(({ type }) => type === 'error')).toMatchObject([{ code: 'rate_limited' }]);
  clock.now = at(21);
  await world.says('c', { type: 'ping', timestamp: 'next' });
  expect(world.heard('c').at(-1)).toEqual({ type: 'pong', timestamp: 'next' });
});

test('who resumes a download or its log hears everything since, in order and marked', async () => {
  await accept();
  await control('d1', 'pause');
  await control('d1', 'resume');
  await control('d1', 'cancel');
  await world.join('c', 'download:d1', 'logs:d1');
  const log = world.heard('c').filter(({ type }) => type === 'log');
  expect(said(log)).toEqual([
    'Download pedido: https://example.com/clip.mp4 (qualidade best)',
    'Pausado em 0%',
    'De volta à fila',
    'Cancelado',
  ]);
  for (const line of log) expect(line).toMatchObject({ replayed: true, id: 'd1' });
  world.forget();
  await world.says('c', { type: 'resume', channel: 'download:d1', seq: 2 });
  expect(world.heard('c')).toMatchObject([
    { seq: 3, replayed: true, data: { status: 'pending' } },
    { seq: 4, replayed: true, data: { status: 'cancelled' } },
  ]);
  world.forget();
  await world.says('c', { type: 'resume', channel: 'logs:d1', seq: 4 });
  await world.says('c', { type: 'resume', channel: 'download:d1', seq: 99 });
  expect(world.heard('c')).toEqual([]);
});

test('who resumes from news that is no longer kept is told so, and the state', async () => {
  await accept();
  await control('d1', 'pause');
  await control('d1', 'resume');
  await world.join('c', 'download:d1');
  const forget = ['1', '2'].map((seq) => ({
    DeleteRequest: { Key: { channel: 'download:d1', seq: seq.padStart(16, '0') } },
  }));
  await tables.db.send(new BatchWriteCommand({ RequestItems: { [tables.names.news]: forget } }));
  world.forget();
  await world.says('c', { type: 'resume', channel: 'download:d1', seq: 1 });
  expect(world.heard('c')).toMatchObject([{ type: 'resync', channel: 'download:d1' }, { seq: 3 }]);
  world.forget();
  await world.says('c', { type: 'resume', channel: 'download:d1', seq: 2 });
  expect(world.heard('c')).toMatchObject([{ seq: 3, replayed: true }]);
});

test('who resumes announcements misses none, hears a few seconds again, and after a day is told to begin anew', async () => {
  await world.join('c', 'general');
  for (const [index, seconds] of [1, 30, 41, 50].entries()) await announce(`n${index}`, seconds);
  const seqs = (await world.app.news.after('general', 0)).map(({ seq }) => seq);
  world.forget();
  clock.now = at(60);
  await world.says('c', { type: 'resume', channel: 'general', seq: seqs[2] });
  expect(said(world.heard('c'))).toEqual(['n3']);
  world.forget();
  await world.says('c', { type: 'resume', channel: 'general', seq: seqs[3] });
  expect(said(world.heard('c'))).toEqual(['n2']);
  clock.now = at(24 * 60 * 60 + 30);
  world.forget();
  await world.says('c', { type: 'resume', channel: 'general', seq: seqs[0] });
  expect(world.types('c')).toEqual(['resync']);
});

test('announcements of the last day are listed for who was not there, the newest first and so many', async () => {
  const table = noticesTable(tables.db, tables.names);
  for (const [index, seconds] of [1, 30, 41, 50].entries()) await announce(`n${index}`, seconds);
  expect(said(await table.announcedSince(at(20), 2))).toEqual(['n3', 'n2']);
  expect(said(await table.announcedSince(at(20), 100))).toEqual(['n3', 'n2', 'n1']);
  expect(await table.announcedSince(at(51), 100)).toEqual([]);
});

test('what has no history, is not listened to, or is no place in it cannot be resumed', async () => {
  await world.join('c', 'queue');
  world.forget();
  await world.says('c', { type: 'resume', channel: 'queue', seq: 1 });
  await world.says('c', { type: 'resume', channel: 'general', seq: firstUlidOf(at(0)) });
  await world.says('c', { type: 'resume', channel: 'nothing', seq: 1 });
  await world.says('c', { type: 'resume', channel: 'queue', seq: 'garbage' });
  expect(world.heard('c').map((told) => 'code' in told && told.code)).toEqual([
    'no_history',
    'not_subscribed',
    'unknown_channel',
    'unknown_message',
  ]);
});

test('an announcement made while a connection is being greeted is heard once it is let in', async () => {
  const change = await world.open('c', ['general'], at(10));
  await announce('early', 12);
  await announce('before it came', 5);
  await world.greet([change]);
  expect(said(world.heard('c'))).toEqual(['Conectado', 'early']);
});
