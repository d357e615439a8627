import { BatchGetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COUNTER_SHARDS, dayAttribute, hourAttribute } from '../../contract/counters.ts';
import { downloadHistory } from '../../contract/download-history.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { controlDownload } from '../../src/downloads/control-download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { buildHistory } from '../../src/snapshots/build-history.ts';
import { stateTable } from '../../src/snapshots/state/table.ts';
import { aDownload } from '../support/a-download.ts';
import { countersOf } from '../support/counters.ts';
import { recordedRequests } from '../support/recorded-requests.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeEach(async () => {
  world = await someTables();
});
afterEach(() => world.stop());

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const NOW = new Date('2026-11-23T10:20:00.000Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);
const COUNTED = ['requested', 'completed', 'failed'] as const;

const downloads = () => downloadsTable(world.db, world.names);
const attempts = () => attemptsTable(world.db, world.names);
const state = () => stateTable(world.db, world.names.downloads);
const history = (now = NOW) => buildHistory({ table: state(), now: () => now });
const counters = () => countersOf(world.db, world.names.downloads);

const request = (id: string, when: Date) =>
  downloads().request(aDownload({ id, created_at: when.toISOString() }), null, when);
async function claim(id: string, when: Date) {
  const claim = await attempts().claim(id, when);
  if (claim.kind !== 'claimed') throw new Error(claim.kind);
  return claim.attempt;
}
const complete = async (id: string, when: Date) =>
  attempts().complete(await claim(id, when), { bytes: 10, media_key: `media/${id}` }, when);
const fail = async (id: string, when: Date) =>
  attempts().fail(await claim(id, when), { code: 'source_not_found' }, when);
const control = (id: string, what: 'cancel' | 'retry', when: Date) =>
  controlDownload(
    { downloads: downloads(), queue: { send: async () => {} }, discard: async () => {}, now: () => when },
    id,
    what,
    undefined,
  );

/** What is not zero, as `requested completed failed` by the time it is told of. */
async function told(now = NOW): Promise<Record<string, string>> {
  const { hours, days } = downloadHistory.parse(await history(now));
  const spans = [
    ...hours.map(({ at, ...counts }) => [at, counts] as const),
    ...days.map((each) => [each.day, each] as const),
  ];
  return Object.fromEntries(
    spans
      .map(([time, counts]) => [time, COUNTED.map((counted) => counts[counted]).join(' ')] as const)
      .filter(([, counts]) => counts !== '0 0 0'),
  );
}

test('an empty system has 24 hours and 30 days of zeros, the present ones last', async () => {
  const { hours, days } = downloadHistory.parse(await history());
  expect(await told()).toEqual({});
  expect([hours[0]?.at, hours.at(-1)?.at]).toEqual(['2026-11-22T11:00:00.000Z', '2026-11-23T10:00:00.000Z']);
  expect([days[0]?.day, days.at(-1)?.day]).toEqual(['2026-10-25', '2026-11-23']);
});

test('requests count when they are made and endings when they come, also of what was tried again, deleted or cancelled', async () => {
  for (const id of ['a', 'b', 'c', 'd']) await request(id, ago(2 * DAY));
  await complete('a', ago(2 * DAY - 1));
  await fail('b', ago(DAY));
  await control('b', 'retry', ago(2 * HOUR));
  await complete('b', ago(HOUR));
  await fail('c', NOW);
  await downloads().remove('a', NOW);
  await downloads().remove('c', NOW);
  await control('d', 'cancel', NOW);
  const before = {
    '2026-11-21': '4 1 0',
    '2026-11-22': '0 0 1',
    '2026-11-23': '0 1 1',
    '2026-11-23T09:00:00.000Z': '0 1 0',
    '2026-11-23T10:00:00.000Z': '0 0 1',
  };
  expect(await told()).toEqual(before);
  await request('e', NOW);
  expect(await told()).toEqual({ ...before, '2026-11-23': '1 1 1', '2026-11-23T10:00:00.000Z': '1 0 1' });
});

test('an hour and a day end when those of UTC do', async () => {
  const midnight = new Date('2026-11-24T00:00:00.000Z');
  const last = new Date(midnight.getTime() - 1);
  await request('before', last);
  await request('after', midnight);
  const day = { '2026-11-23': '1 0 0', '2026-11-24': '1 0 0' };
  const hour = { '2026-11-23T23:00:00.000Z': '1 0 0', '2026-11-24T00:00:00.000Z': '1 0 0' };
  expect(await told(midnight)).toEqual({ ...day, ...hour });
  const later = new Date(last.getTime() + DAY);
  expect(await told(later)).toEqual({ ...day, '2026-11-24T00:00:00.000Z': '1 0 0' });
  expect(await told(new Date(midnight.getTime() + 29 * DAY))).toEqual({ '2026-11-24': '1 0 0' });
  expect(await told(new Date(midnight.getTime() + 30 * DAY))).toEqual({});
});

test('a whole change is one write to the counters, however much it counts', async () => {
  await request('one', ago(HOUR));
  const attempt = await claim('one', ago(1));
  const before = await counters();
  await attempts().complete(attempt, { bytes: 10, media_key: 'media/one' }, NOW);
  const { changes, ...after } = await counters();
  expect(changes).toBe((before['changes'] ?? 0) + 1);
  expect(after).toMatchObject({ completed: 1, day_2026_11_23_ok: 1, hour_2026_11_23_10_ok: 1 });
});

test('days are forgotten after a month and hours after a day, and nothing else is', async () => {
  for (let days = 0; days < 40; days += 1) {
    await request(`d${days}`, ago(days * DAY));
    await complete(`d${days}`, ago(days * DAY));
  }
  for (let hours = 1; hours < 40; hours += 1) {
    await request(`h${hours}`, ago(hours * HOUR));
    await fail(`h${hours}`, ago(hours * HOUR));
  }
  const before = await history();
  const { completed, failed, changes } = await counters();
  await state().pruneHistory(NOW);
  await state().pruneHistory(NOW);
  expect(await history()).toEqual(before);
  const left = await counters();
  expect(left).toMatchObject({ completed, failed, changes });
  const names = (prefix: string) =>
    Object.keys(left)
      .filter((name) => name.startsWith(prefix))
      .toSorted();
  expect(names('day_')).toHaveLength(32 + 32 + 3);
  expect(names('day_')[0]).toBe('day_2026_10_23');
  expect(names('hour_')).toHaveLength(25 + 2 + 24);
  expect(names('hour_')[0]).toBe('hour_2026_11_22_10');
});

test('it is one read of all shards, which costs no more when every hour and day of a busy month is counted', async () => {
  const spans = [
    ...Array.from(
      { length: 32 },
      (_, days) => (counted: (typeof COUNTED)[number]) => dayAttribute(ago(days * DAY).toISOString(), counted),
    ),
    ...Array.from(
      { length: 25 },
      (_, hours) => (counted: (typeof COUNTED)[number]) => hourAttribute(ago(hours * HOUR).toISOString(), counted),
    ),
  ];
  const month = Object.fromEntries(
    spans.flatMap((attribute) => COUNTED.map((counted) => [attribute(counted), 54_321])),
  );
  const whole = { pending: 9999, downloading: 999, completed: 9_999_999, failed: 99_999, paused: 99, cancelled: 9999 };
  const totals = { storage_bytes: 123_456_789_012_345, completed_milliseconds: 123_456_789_012, changes: 99_999_999 };
  const Keys = Array.from({ length: COUNTER_SHARDS }, (_, shard) => ({ pk: `counters#${shard}` }));
  for (const key of Keys)
    await world.db.send(
      new PutCommand({ TableName: world.names.downloads, Item: { ...key, ...whole, ...totals, ...month } }),
    );
  const { db, requests } = recordedRequests(world.db);
  const { hours, days } = await buildHistory({ table: stateTable(db, world.names.downloads), now: () => NOW });
  expect(requests).toEqual([`BatchGetCommand ${COUNTER_SHARDS}`]);
  expect([...hours, ...days].every(({ failed }) => failed === COUNTER_SHARDS * 54_321)).toBe(true);
  const { ConsumedCapacity } = await world.db.send(
    new BatchGetCommand({
      RequestItems: { [world.names.downloads]: { Keys, ConsistentRead: true } },
      ReturnConsumedCapacity: 'TOTAL',
    }),
  );
  expect(ConsumedCapacity?.[0]?.CapacityUnits).toBe(COUNTER_SHARDS);
});
