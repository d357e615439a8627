import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { listDownloads } from '../../src/downloads/list-downloads.ts';
import { downloadListing } from '../../src/downloads/listing/table.ts';
import { deleteDownload } from '../../src/downloads/delete-download.ts';
import { repairDownloads } from '../../src/downloads/repair-downloads.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { requestDownload, type DownloadRequest } from '../../src/downloads/request-download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { countersOf } from '../support/counters.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
let made = 0;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());

function anApp(changes: { send?: (message: { id: string }) => Promise<void>; discard?: () => Promise<void> } = {}) {
  const downloads = downloadsTable(world.db, world.names);
  return {
    downloads,
    repairs: repairsTable(world.db, world.names.downloads),
    queue: { send: changes.send ?? (() => Promise.resolve()) },
    discard: changes.discard ?? (() => Promise.resolve()),
    placeholderThumbnail: 'http://localhost:8000/thumbnail.svg',
    now: () => at(0),
    newId: () => `r${(made += 1)}`,
  };
}
const aRequest = (changes: Partial<DownloadRequest> = {}): DownloadRequest => ({
  owner: 'anonymous',
  url: 'https://example.com/a/clip.mp4',
  quality: 'best',
  idempotencyKey: undefined,
  ...changes,
});
const accepted = async (app = anApp(), request = aRequest()) => {
  const outcome = await requestDownload(app, request);
  if (outcome.kind === 'conflict') throw new Error('conflict');
  return outcome.answer;
};

test('a request is answered with all the fields a page needs, none of the first five null', async () => {
  expect(await accepted()).toMatchObject({
    progress: 0,
    status: 'pending',
    title: 'clip.mp4',
    thumbnail: 'http://localhost:8000/thumbnail.svg',
    url: 'https://example.com/a/clip.mp4',
    bytes_total: null,
    ws: expect.stringMatching(/^\/ws\/downloads\/r\d+$/),
  });
});

test('the same key and body give the same answer and one download; another body is a conflict', async () => {
  const send = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const app = anApp({ send });
  const before = await countersOf(world.db, world.names.downloads);
  const requests = Array.from({ length: 5 }, () => accepted(app, aRequest({ idempotencyKey: 'k1' })));
  const answers = await Promise.all(requests);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(send).toHaveBeenCalledTimes(1);
  expect((await countersOf(world.db, world.names.downloads))['pending']).toBe((before['pending'] ?? 0) + 1);
  const other = aRequest({ idempotencyKey: 'k1', url: 'https://example.com/other.mp4' });
  expect(await requestDownload(app, other)).toEqual({ kind: 'conflict' });
});

test('a key is free again after a day', async () => {
  const first = await accepted(anApp(), aRequest({ idempotencyKey: 'k2' }));
  const later = { ...anApp(), now: () => at(25 * 60 * 60) };
  expect((await accepted(later, aRequest({ idempotencyKey: 'k2' }))).id).not.toBe(first.id);
});

test('a request whose message could not be sent is accepted, and the janitor sends it a minute later, once', async () => {
  const { id } = await accepted(anApp({ send: () => Promise.reject(new Error('no queue')) }));
  const sent: string[] = [];
  const janitor = (seconds: number) => {
    const app = anApp({ send: async (message) => void sent.push(message.id) });
    return repairDownloads({ ...app, now: () => at(seconds) });
  };
  await janitor(59);
  expect(sent).not.toContain(id);
  await janitor(61);
  await janitor(121);
  expect(sent.filter((message) => message === id)).toEqual([id]);
});

test('bytes that could not be deleted at once are deleted by the janitor', async () => {
  const app = anApp({ discard: () => Promise.reject(new Error('no S3')) });
  await app.downloads.request(
    aDownload({ id: 'gone', status: 'completed', media_key: 'media/gone/1', file_size: 5 }),
    null,
    at(0),
  );
  expect(await deleteDownload(app, 'gone')).toBe(true);
  expect(await deleteDownload(app, 'gone')).toBe(false);
  const discarded: unknown[] = [];
  const janitor = { ...anApp(), now: () => at(61), discard: async (key: string) => void discarded.push(key) };
  await repairDownloads(janitor);
  await repairDownloads(janitor);
  expect(discarded).toEqual(['media/gone/1']);
});

test('lists walk all downloads newest first, page by page, each once, also by status', async () => {
  const downloads = downloadsTable(world.db, world.names);
  const listing = downloadListing(world.db, world.names.downloads);
  for (let n = 0; n < 25; n += 1) {
    const status = n % 5 === 0 ? 'failed' : 'pending';
    const created_at = at(n).toISOString();
    await downloads.request(
      aDownload({ id: `l${n}`, owner: 'lister', created_at, status, title: `Título ${n}` }),
      null,
      at(n),
    );
  }
  const walk = async (query: { status?: 'failed'; q?: string }) => {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listDownloads(listing, { owner: 'lister', limit: 4, cursor, ...query });
      ids.push(...page.downloads.map(({ id }) => id));
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
    return ids;
  };
  expect(await walk({})).toEqual(Array.from({ length: 25 }, (_, n) => `l${24 - n}`));
  expect(await walk({ status: 'failed' })).toEqual(['l20', 'l15', 'l10', 'l5', 'l0']);
  expect(await walk({ q: 'TÍTULO 2' })).toEqual(['l24', 'l23', 'l22', 'l21', 'l20', 'l2']);
});
