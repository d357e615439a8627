import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { downloadChannel } from '../../contract/channel.ts';
import { AttemptLost, attemptsTable, type Attempt } from '../../src/downloads/attempts/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { newsTable } from '../../src/news/table.ts';
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
beforeEach(async () => {
  id = `d${(made += 1)}`;
  await downloads().request(aDownload({ id }), null, at(0));
});

const downloads = () => downloadsTable(world.db, world.names);
const attempts = () => attemptsTable(world.db, world.names);
const news = () => newsTable(world.db, world.names.news).after(downloadChannel(id), 0);
const counters = () => countersOf(world.db, world.names.downloads);

const undescribed = { thumbnail: '', duration: null, source_key: null, tracks: [] };

async function claimed(seconds = 1): Promise<Attempt> {
  const claim = await attempts().claim(id, at(seconds));
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  return claim.attempt;
}

test('a pending download is taken by exactly one of ten workers', async () => {
  const claims = await Promise.all(Array.from({ length: 10 }, () => attempts().claim(id, at(1))));
  expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  expect(claims.filter(({ kind }) => kind === 'held')).toHaveLength(9);
});

test('a held download says for how long, and is taken over when its lease has run out', async () => {
  const dead = await claimed(1);
  expect(await attempts().claim(id, at(11))).toEqual({ kind: 'held', seconds: 20 });
  const next = await claimed(31);
  expect(next.token).not.toBe(dead.token);
  await expect(attempts().progress(dead, { bytes_downloaded: 1, speed: 1, eta: 1 }, at(32))).rejects.toThrow(
    AttemptLost,
  );
  await expect(attempts().complete(dead, { bytes: 1, media_key: 'k' }, at(32))).rejects.toThrow(AttemptLost);
  await expect(attempts().renew(dead, at(32))).rejects.toThrow(AttemptLost);
});

test('a renewed lease keeps others out', async () => {
  const attempt = await claimed(1);
  await attempts().renew(attempt, at(21));
  expect(await attempts().claim(id, at(40))).toEqual({ kind: 'held', seconds: 11 });
});

test('a whole download is told step by step, in order, and counted once', async () => {
  const before = await counters();
  const attempt = await claimed(1);
  const described = {
    title: 'Um filme',
    file_name: 'Um filme',
    content_type: 'video/mp4',
    format: 'mp4',
    bytes_total: 100,
    ...undescribed,
  };
  await attempts().describe(attempt, { ...described, media_key: 'media/x' }, at(2));
  await attempts().progress(attempt, { bytes_downloaded: 20, speed: 10, eta: 8 }, at(3));
  await attempts().progress(attempt, { bytes_downloaded: 50, speed: 10, eta: 5 }, at(4));
  await attempts().complete(attempt, { bytes: 100, media_key: 'media/x' }, at(11));

  const told = await news();
  expect(told.map(({ seq }) => seq)).toEqual([1, 2, 3, 5, 6]);
  expect(told.map(({ kind }) => kind)).toEqual(['change', 'change', 'change', 'progress', 'ending']);
  const last = told.at(-1)?.notification;
  expect(last).toMatchObject({
    type: 'download_update',
    data: { progress: 100, status: 'completed', title: 'Um filme', file_path: `/downloads/${id}/file`, file_size: 100 },
  });
  const after = await counters();
  expect(after['completed']).toBe((before['completed'] ?? 0) + 1);
  expect(after['downloading'] ?? 0).toBe(before['downloading'] ?? 0);
  expect(after['storage_bytes']).toBe((before['storage_bytes'] ?? 0) + 100);
  expect(after['completed_milliseconds']).toBe((before['completed_milliseconds'] ?? 0) + 10_000);
  expect(await attempts().claim(id, at(12))).toEqual({ kind: 'over' });
});

test('a renewal and progress at the same time both count', async () => {
  const attempt = await claimed(1);
  await Promise.all([
    attempts().progress(attempt, { bytes_downloaded: 1, speed: null, eta: null }, at(5)),
    attempts().renew(attempt, at(20)),
    attempts().progress(attempt, { bytes_downloaded: 2, speed: null, eta: null }, at(6)),
  ]);
  expect(await downloads().get(id)).toMatchObject({ bytes_downloaded: 2, lease_expires_at: at(50).toISOString() });
});

test('five attempts in a row that get no further end the download, and those that get further start the count anew', async () => {
  for (let n = 0; n < 4; n += 1) await attempts().release(await claimed(n), at(n));
  await attempts().progress(await claimed(5), { bytes_downloaded: 10, speed: null, eta: null }, at(6));
  for (let n = 0; n < 5; n += 1) {
    const attempt = await claimed(100 * (n + 1));
    await attempts().progress(attempt, { bytes_downloaded: 10, speed: null, eta: null }, at(100 * (n + 1)));
    await attempts().release(attempt, at(100 * (n + 1)));
  }
  expect(await attempts().claim(id, at(1000))).toEqual({ kind: 'over' });
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'gave_up' });
});

test('a download whose message nobody could handle is given up, unless somebody holds it', async () => {
  const attempt = await claimed(1);
  await attempts().giveUp(id, at(2));
  expect(await downloads().get(id)).toMatchObject({ status: 'downloading' });
  await attempts().release(attempt, at(3));
  await attempts().giveUp(id, at(4));
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'gave_up', attempt: null });
  const told = await newsTable(world.db, world.names.news).after('admin', 0);
  expect(told.at(-1)).toMatchObject({
    notification: { type: 'admin_notification', code: 'dead_letter', data: { download_id: id } },
  });
});

test('a download deleted under its worker stops it, and its bytes are noted for deletion after the lease', async () => {
  const attempt = await claimed(1);
  const described = { title: 't', file_name: 't', content_type: null, format: null, bytes_total: null, ...undescribed };
  await attempts().describe(attempt, { ...described, media_key: 'media/y' }, at(2));
  await downloads().remove(id, at(3));
  await expect(attempts().complete(attempt, { bytes: 5, media_key: 'media/y' }, at(4))).rejects.toThrow(AttemptLost);
  expect(await downloads().get(id)).toBeNull();
  expect((await news()).at(-1)).toMatchObject({
    kind: 'ending',
    notification: { data: { status: 'cancelled', error_code: 'deleted' } },
  });
});
