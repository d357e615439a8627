import { TransactionConflictException } from '@aws-sdk/client-dynamodb';
import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { randomUUID } from 'node:crypto';
import { transact } from '../../src/aws/transact.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { buildSnapshots } from '../../src/snapshots/build-snapshots.ts';
import { currentSnapshot } from '../../src/snapshots/current-snapshot.ts';
import { stateTable } from '../../src/snapshots/state/table.ts';
import { snapshotsTable, snapshotWrite } from '../../src/snapshots/table.ts';
import { aDownload, at } from '../support/a-download.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeEach(async () => {
  world = await someTables();
});
afterEach(() => world.stop());

const request = (id: string) => downloadsTable(world.db, world.names).request(aDownload({ id }), null, at(0));
const stored = () => snapshotsTable(world.db, world.names.downloads);

/** A reader with a clock, and how many snapshots it has built. */
function aReader(seconds = { now: 0 }) {
  const built = { count: 0 };
  const now = () => at(seconds.now);
  const connections = () => Promise.resolve({ active_connections: 0, users_online: 0 });
  const build = buildSnapshots({ table: stateTable(world.db, world.names.downloads), connections, now });
  const counting = {
    ...build,
    queue: () => {
      built.count += 1;
      return build.queue();
    },
  };
  return { built, build, current: currentSnapshot({ snapshots: stored(), build: counting, now }) };
}

test('within a second all get the stored one; after it the first to look makes a new one', async () => {
  const clock = { now: 0 };
  const one = aReader(clock);
  const other = aReader(clock);
  await request('a');
  const first = await one.current('queue');
  expect(first).toMatchObject({ seq: 1, at: at(0).toISOString(), data: { pending: 1, total: 1 } });
  await request('b');
  clock.now = 0.9;
  expect(await other.current('queue')).toEqual(first);
  clock.now = 1;
  const second = await other.current('queue');
  expect(second).toMatchObject({ seq: 2, at: at(1).toISOString(), data: { pending: 2 } });
  expect(await one.current('queue')).toEqual(second);
  expect([one.built.count, other.built.count]).toEqual([1, 1]);
});

test('a refresh that finds nothing new keeps the seq of queue and stats; a dashboard is always new', async () => {
  const clock = { now: 0 };
  const { current } = aReader(clock);
  const look = async () => [
    (await current('queue')).seq,
    (await current('stats')).seq,
    (await current('dashboard')).seq,
  ];
  expect(await look()).toEqual([1, 1, 1]);
  clock.now = 5;
  expect(await look()).toEqual([1, 1, 2]);
  await request('a');
  clock.now = 10;
  expect(await look()).toEqual([2, 2, 3]);
});

test('of many who refresh at once one wins, and all go away with the same', async () => {
  const readers = Array.from({ length: 12 }, () => aReader({ now: 7 }));
  const all = await Promise.all(readers.map(({ current }) => current('queue')));
  expect(new Set(all.map((snapshot) => JSON.stringify(snapshot))).size).toBe(1);
  expect(all[0]).toMatchObject({ seq: 1 });
});

test('however slow building is, whoever was overtaken takes what the other wrote', async () => {
  const clock = { now: 7 };
  let built = 0;
  const queue = async () => {
    built += 1;
    const data = await aReader(clock).build.queue();
    clock.now += 5;
    return data;
  };
  const build = { ...aReader().build, queue };
  const readers = Array.from({ length: 12 }, () =>
    currentSnapshot({ snapshots: stored(), build, now: () => at(clock.now) }),
  );
  const all = await Promise.all(readers.map((current) => current('queue')));
  expect(new Set(all.map(({ seq }) => seq)).size).toBe(1);
  expect(built).toBe(12);
});

test('many who ask one reader at once share what is looked up, but never what was begun before they asked', async () => {
  const reader = aReader({ now: 7 });
  const [first] = await Promise.all(Array.from({ length: 12 }, () => reader.current('queue')));
  expect(reader.built.count).toBe(1);
  const { build } = aReader();
  let overtake = async () => undefined as unknown;
  const read: ReturnType<typeof stored>['stored'] = async (kind) => {
    const found = await stored().stored(kind);
    await overtake();
    return found;
  };
  const current = currentSnapshot({ snapshots: { ...stored(), stored: read }, build, now: () => at(7) });
  let later: ReturnType<typeof current<'queue'>> | undefined;
  overtake = async () => {
    overtake = async () => undefined;
    await stored().store('queue', { ...first!.data, pending: 5 }, at(7));
    later = current('queue');
  };
  expect((await current('queue')).data).toMatchObject({ pending: 0 });
  expect((await later!).data).toMatchObject({ pending: 5 });
});

test('a snapshot that was overtaken is not written', async () => {
  await request('a');
  const { current } = aReader({ now: 0 });
  const old = await current('queue');
  const newer = { ...old.data, pending: 5 };
  expect(await stored().store('queue', newer, at(0))).toBe(2);
  expect(await stored().refresh('queue', old.data, at(3), old)).toBeNull();
  expect(await stored().refresh('queue', old.data, at(3), null)).toBeNull();
  expect(await stored().stored('queue')).toEqual({ seq: 2, at: at(0).toISOString(), data: newer });
});

test('a refresh that meets a transaction on the same row reads again', async () => {
  let conflicts = 2;
  const refresh: ReturnType<typeof stored>['refresh'] = async (...args) => {
    const send = async (command: object) => {
      if (command instanceof UpdateCommand && (conflicts -= 1) >= 0) {
        throw new TransactionConflictException({ message: 'ongoing', $metadata: {} });
      }
      return world.db.send(command as never);
    };
    const conflicting = new Proxy(world.db, { get: (db, name) => (name === 'send' ? send : Reflect.get(db, name)) });
    return snapshotsTable(conflicting, world.names.downloads).refresh(...args);
  };
  const current = currentSnapshot({ snapshots: { ...stored(), refresh }, build: aReader().build, now: () => at(0) });
  expect(await current('queue')).toMatchObject({ seq: 1 });
  expect(conflicts).toBeLessThan(0);
});

test('one from a clock that is ahead is built again', async () => {
  await aReader({ now: 500 }).current('queue');
  await request('a');
  expect(await aReader({ now: 0 }).current('queue')).toMatchObject({ seq: 2, data: { pending: 1 } });
});

test('a snapshot is kept inside a transaction too', async () => {
  const data = (await aReader().current('queue')).data;
  const write = snapshotWrite(world.names.downloads, 'queue', { ...data, failed: 9 }, at(2));
  expect(await transact(world.db, [write], randomUUID())).toEqual({ committed: true });
  expect(await stored().stored('queue')).toMatchObject({ seq: 2, at: at(2).toISOString(), data: { failed: 9 } });
});
