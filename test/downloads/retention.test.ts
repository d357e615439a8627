import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { controlDownload } from '../../src/downloads/control-download.ts';
import { repairDownloads } from '../../src/downloads/repair-downloads.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { someTables } from '../support/tables.ts';

const DAY = 24 * 60 * 60;
let world: Awaited<ReturnType<typeof someTables>>;
let id: string;
let made = 0;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());
beforeEach(async () => {
  id = `kept${(made += 1)}`;
  await downloads().request(aDownload({ id, media_key: `media/${id}` }), null, at(0));
});

const names = (retentionDays: number | undefined) => ({ ...world.names, retentionDays });
const downloads = (days: number | undefined = 7) => downloadsTable(world.db, names(days));
const get = () => downloads().get(id);
const discarded: string[] = [];
const app = {
  queue: { send: () => Promise.resolve() },
  discard: async (key: string) => void discarded.push(key),
};
const control = (what: 'cancel' | 'retry', seconds: number) =>
  controlDownload({ ...app, downloads: downloads(), now: () => at(seconds) }, id, what, undefined);
const janitor = (seconds: number) => {
  const repairs = repairsTable(world.db, world.names.downloads);
  return repairDownloads({ ...app, downloads: downloads(), repairs, now: () => at(seconds) });
};
async function attempt(days?: number) {
  const attempts = attemptsTable(world.db, names(days));
  const claim = await attempts.claim(id, at(1));
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  return { attempts, attempt: claim.attempt };
}

test('whatever ended is deleted with its bytes when its days are over, not before', async () => {
  const running = await attempt(7);
  expect(await get()).toMatchObject({ expires_at: null });
  await running.attempts.complete(running.attempt, { bytes: 5, media_key: `media/${id}` }, at(10));
  expect(await get()).toMatchObject({ expires_at: at(10 + 7 * DAY).toISOString() });
  await janitor(9 + 7 * DAY);
  expect(await get()).not.toBeNull();
  await janitor(11 + 7 * DAY);
  expect(await get()).toBeNull();
  expect(discarded).toContain(`media/${id}`);
});

test('so it is when it failed, was given up or cancelled', async () => {
  const running = await attempt(7);
  await running.attempts.fail(running.attempt, { code: 'source_not_found' }, at(20));
  expect(await get()).toMatchObject({ expires_at: at(20 + 7 * DAY).toISOString() });

  id = `kept${(made += 1)}`;
  await downloads().request(aDownload({ id }), null, at(0));
  await attemptsTable(world.db, names(7)).giveUp(id, at(30));
  expect(await get()).toMatchObject({ status: 'failed', expires_at: at(30 + 7 * DAY).toISOString() });

  id = `kept${(made += 1)}`;
  await downloads().request(aDownload({ id }), null, at(0));
  await control('cancel', 40);
  expect(await get()).toMatchObject({ status: 'cancelled', expires_at: at(40 + 7 * DAY).toISOString() });
  await janitor(8 * DAY);
  expect(await get()).toBeNull();
});

test('what is tried again does not expire, even when the janitor has just seen it expired', async () => {
  await control('cancel', 10);
  const repairs = repairsTable(world.db, world.names.downloads);
  const late = {
    ...repairs,
    async expiredBefore(time: Date) {
      const expired = await repairs.expiredBefore(time);
      await control('retry', 8 * DAY);
      return expired;
    },
  };
  await repairDownloads({ ...app, downloads: downloads(), repairs: late, now: () => at(8 * DAY) });
  expect(await get()).toMatchObject({ status: 'pending', expires_at: null });
});

test('without a retention all is kept', async () => {
  const running = await attempt();
  await running.attempts.complete(running.attempt, { bytes: 5, media_key: 'media/x' }, at(10));
  expect(await get()).toMatchObject({ expires_at: null });
  await janitor(1_000 * DAY);
  expect(await get()).not.toBeNull();
});
