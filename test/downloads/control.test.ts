import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptsTable, AttemptLost } from '../../src/downloads/attempts/table.ts';
import { clearDownloads } from '../../src/downloads/clear-downloads.ts';
import { controlDownload, type Control } from '../../src/downloads/control-download.ts';
import type { Download } from '../../src/downloads/download.ts';
import { downloadListing } from '../../src/downloads/listing/table.ts';
import { repairDownloads } from '../../src/downloads/repair-downloads.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { countersOf } from '../support/counters.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
let id: string;
let made = 0;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());
beforeEach(() => {
  id = `c${(made += 1)}`;
});

function anApp(seconds = 10) {
  const sent: string[] = [];
  const discarded: (string | null)[][] = [];
  return {
    sent,
    discarded,
    downloads: downloadsTable(world.db, world.names),
    listing: downloadListing(world.db, world.names.downloads),
    queue: { send: async (message: { id: string }) => void sent.push(message.id) },
    discard: async (key: string, uploadId: string | null) => void discarded.push([key, uploadId]),
    now: () => at(seconds),
  };
}
type App = ReturnType<typeof anApp>;
const attempts = () => attemptsTable(world.db, world.names);
const store = (changes: Partial<Download>) => anApp().downloads.request(aDownload({ id, ...changes }), null, at(0));
const ask = (control: Control, app: App = anApp(), key?: string) => controlDownload(app, id, control, key);
const now = () => anApp().downloads.get(id);

const stored = { media_key: 'media/k', tracks: [{ upload: null, bytes: 50 }], bytes_downloaded: 50, bytes_total: 100 };

test('a running download is paused: its worker stops, its bytes stay, and resume puts it back into the queue', async () => {
  await store({});
  const claim = await attempts().claim(id, at(1));
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  await ask('pause');
  await expect(attempts().progress(claim.attempt, { bytes_downloaded: 9, speed: 1, eta: 1 }, at(2))).rejects.toThrow(
    AttemptLost,
  );
  expect(await now()).toMatchObject({ status: 'paused', attempt: null, lease_expires_at: null, phase: null });
  const app = anApp();
  expect(await ask('resume', app)).toMatchObject({ kind: 'done', download: { status: 'pending' } });
  expect(app.sent).toEqual([id]);
  expect((await attempts().claim(id, at(12))).kind).toBe('claimed');
});

test('a paused download stays paused, whatever becomes of a message that was still in the queue', async () => {
  await store({});
  await ask('pause');
  expect((await attempts().claim(id, at(12))).kind).toBe('over');
  await attempts().giveUp(id, at(13));
  expect(await now()).toMatchObject({ status: 'paused', error_code: null });
  await ask('resume');
  expect((await attempts().claim(id, at(14))).kind).toBe('claimed');
});

test('what a paused download has stored is kept', async () => {
  await store({ status: 'downloading', ...stored });
  await ask('pause');
  expect(await now()).toMatchObject({ status: 'paused', ...stored });
});

test('a cancelled download gives up its bytes: at once when nobody works on it, else after the lease', async () => {
  const app = anApp();
  await store({ status: 'paused', ...stored });
  await ask('cancel', app);
  expect(app.discarded).toEqual([['media/k', null]]);
  expect(await now()).toMatchObject({ status: 'cancelled', media_key: null, tracks: [] });
  const janitor = (seconds: number, it = app) =>
    repairDownloads({ ...it, now: () => at(seconds), repairs: repairsTable(world.db, world.names.downloads) });
  // A worker that had not noticed the pause may have stored something since.
  await janitor(71);
  await janitor(131);
  expect(app.discarded).toEqual([
    ['media/k', null],
    ['media/k', null],
  ]);

  id = `c${(made += 1)}`;
  await store({ status: 'downloading', ...stored, lease_expires_at: at(30).toISOString() });
  const running = anApp();
  await ask('cancel', running);
  expect(running.discarded).toEqual([]);
  await janitor(80, running);
  expect(running.discarded).toEqual([]);
  await janitor(95, running);
  await janitor(155, running);
  expect(running.discarded).toEqual([['media/k', null]]);
});

test('a failed download is tried again from the beginning, and counted as pending', async () => {
  await store({
    status: 'failed',
    error_code: 'gave_up',
    idle_attempts: 5,
    bytes_downloaded: 7,
    completed_at: at(5).toISOString(),
  });
  const before = await countersOf(world.db, world.names.downloads);
  const app = anApp();
  await ask('retry', app);
  expect(app.sent).toEqual([id]);
  expect(await now()).toMatchObject({
    status: 'pending',
    error_code: null,
    idle_attempts: 0,
    bytes_downloaded: 0,
    completed_at: null,
  });
  const after = await countersOf(world.db, world.names.downloads);
  expect((after['failed'] ?? 0) - (before['failed'] ?? 0)).toBe(-1);
  expect((after['pending'] ?? 0) - (before['pending'] ?? 0)).toBe(1);
});

const refusals: [Control, Download['status']][] = [
  ['cancel', 'completed'],
  ['cancel', 'failed'],
  ['pause', 'completed'],
  ['pause', 'cancelled'],
  ['resume', 'failed'],
  ['resume', 'completed'],
  ['retry', 'completed'],
  ['retry', 'paused'],
];
test.each(refusals)('%s of a download that is %s is refused and changes nothing', async (control, status) => {
  await store({ status });
  const before = await now();
  expect((await ask(control)).kind).toBe('refused');
  expect(await now()).toEqual(before);
});

const repeats: [Control, Download['status']][] = [
  ['cancel', 'cancelled'],
  ['pause', 'paused'],
  ['resume', 'pending'],
  ['resume', 'downloading'],
  ['retry', 'pending'],
];
test.each(repeats)('%s of a download that is %s already does nothing', async (control, status) => {
  await store({ status });
  const app = anApp();
  expect((await ask(control, app)).kind).toBe('done');
  expect(app.sent).toEqual([]);
  expect(await now()).toMatchObject({ seq: 1, status });
});

test('a retry sent twice with one key retries once, also when the download has failed again meanwhile', async () => {
  await store({ status: 'failed' });
  await ask('retry', anApp(), 'k');
  const claim = await attempts().claim(id, at(11));
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  await attempts().fail(claim.attempt, { code: 'source_not_found' }, at(12));
  expect(await ask('retry', anApp(), 'k')).toMatchObject({ kind: 'repeated' });
  expect(await now()).toMatchObject({ status: 'failed' });
  expect((await ask('retry', anApp(), 'another')).kind).toBe('done');
});

test('a missing download cannot be controlled', async () => {
  expect(await ask('pause')).toEqual({ kind: 'missing' });
});

test('the finished downloads of one status are cleared, the others stay', async () => {
  const owner = 'clearer';
  for (const [n, status] of (['failed', 'failed', 'completed', 'pending'] as const).entries()) {
    id = `cl${n}`;
    await store({ owner, status, ...(status === 'completed' && stored) });
  }
  expect(await clearDownloads(anApp(), owner, 'failed')).toEqual({ deleted: 2, more: false });
  const { downloads } = await anApp().listing.page({ owner }, null, 10);
  expect(downloads.map(({ status }) => status).toSorted()).toEqual(['completed', 'pending']);
});
