import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Notification } from '../../contract/notification.ts';
import { controlImport } from '../../src/imports/control-import.ts';
import { noRows, type ImportRecord } from '../../src/imports/import.ts';
import { holdsTable } from '../../src/imports/holds/table.ts';
import { eventsTable } from '../../src/events/table.ts';
import { fileKey } from '../../src/imports/import.ts';
import { patchEvent, deleteEvent } from '../../src/events/edit-event.ts';
import { awkwardFiles } from '../fixtures/csv/awkward.ts';
import { CALENDAR_HEADER, calendarCsv } from '../support/calendar-csv.ts';
import { dyingDb } from '../support/failing-db.ts';
import { anImportWorld, OWNER, TIME_ZONE } from '../support/import-world.ts';
import { random as seeded } from '../support/random.ts';

type World = Awaited<ReturnType<typeof anImportWorld>>;
let world: World;
beforeAll(async () => {
  world = await anImportWorld();
});
afterAll(() => world?.stop());
/** Each test has a calendar of its own. */
afterEach(async () => {
  await Promise.all((await world.events()).map(({ id }) => remove(id)));
  expect(await world.count()).toBe(0);
});

const seed = readFileSync(new URL('../fixtures/csv/seed.csv', import.meta.url));
const csv = (...rows: string[]) => `${[CALENDAR_HEADER, ...rows].join('\n')}\n`;
const edits = () => ({
  events: eventsTable(world.tables.db, world.tables.names),
  timeZone: TIME_ZONE,
  now: () => new Date(),
});
const remove = (id: string) => deleteEvent(edits(), { owner: OWNER, id, versions: [] });
const edit = (id: string, description: string) =>
  patchEvent(edits(), { owner: OWNER, id, versions: [] }, { description });
const rowsOf = (read: number, rows: Partial<ImportRecord['rows']>) => ({ ...noRows, read, ...rows });

function told<T extends Notification['type']>(all: Notification[], type: T) {
  return all.filter((one): one is Extract<Notification, { type: T }> => one.type === type);
}

async function ask(id: string, control: 'commit' | 'undo' | 'cancel'): Promise<void> {
  const { tables, imports } = world;
  const app = {
    imports,
    importQueue: { send: () => Promise.resolve() },
    eventsTable: tables.names.events,
    now: () => new Date(),
  };
  expect(await controlImport(app, { owner: OWNER, ref: id }, control, undefined)).toMatchObject({ kind: 'done' });
}
const undo = async (id: string) => {
  await ask(id, 'undo');
  return world.run(id);
};
const commit = async (id: string) => {
  await ask(id, 'commit');
  return world.run(id);
};

test("the seed's exact bytes become the seed's event, and the same again changes nothing", async () => {
  const record = await world.imported(seed, { name: 'arquivo1' });
  expect(record).toMatchObject({ status: 'completed', rows: rowsOf(1, { created: 1 }) });
  expect(await world.details()).toMatchObject([
    { title: 'Evento 1', event_date: '2025-07-01T13:00:00.000Z', city: 'Recife', participants: ['Alice', 'Bob'] },
  ]);
  expect((await world.told('arquivo1')).map(({ type }) => type)).toEqual([
    'upload_started',
    'upload_progress',
    'upload_completed',
  ]);
  expect((await world.imported(seed, { name: 'arquivo1' })).rows).toEqual(rowsOf(1, { unchanged: 1 }));
  expect(await world.count()).toBe(1);
});

test('every row is in one total; each broken one is told once, and kept', async () => {
  const { text, broken } = calendarCsv(600, 61);
  const record = await world.imported(text, { name: 'seis-jeitos' });
  expect(record.rows).toEqual(rowsOf(600, { created: 539, failed: 61 }));
  expect(await world.count()).toBe(539);
  const errors = told(await world.told('seis-jeitos'), 'upload_row_errors').flatMap(({ data }) => data.errors);
  const expected = broken.map(({ line, code }) => [line, code]);
  expect(errors.map(({ line, code }) => [line, code])).toEqual(expected);
  const kept = await world.rows(record, 'failed');
  expect(kept.map(({ line, errors: [error] }) => [line, error?.code])).toEqual(expected);
  const lines = text.split('\n');
  for (const { line, from, to } of kept)
    expect(Buffer.from(text).subarray(from, to).toString()).toBe(`${lines[line - 1]}\n`);
});

test('rows of one event are folded in their order, also over batches', async () => {
  const first = 'Um,a,2026-01-01T10:00,Recife,,';
  const other = 'Um,b,2026-01-01T10:00,recife,,';
  const filler = calendarCsv(120, 0).text.split('\n').slice(1, -1);
  const record = await world.imported(csv(first, first, other, ...filler, first, first), { name: 'dobradas' });
  expect(record.rows).toEqual(rowsOf(125, { created: 121, updated: 2, unchanged: 2 }));
  expect((await world.details()).filter(({ title }) => title === 'Um')).toMatchObject([
    { description: 'a', city: 'Recife' },
  ]);
});

test('an undo removes what was created, restores what was changed, and spares what somebody touched since', async () => {
  await world.imported(csv('A,antes,2026-01-01,Recife,,', 'B,antes,2026-01-02,Recife,,'), { name: 'base' });
  const file = csv(
    'A,depois,2026-01-01,Recife,,',
    'B,depois,2026-01-02,Recife,,',
    'C,,2026-01-03,Recife,,',
    'D,,2026-01-04,Recife,,',
    'E,,2026-01-05,Recife,,',
    ',,2026-01-05,Recife,,',
  );
  const { id, rows } = await world.imported(file, { name: 'outra' });
  expect(rows).toEqual(rowsOf(6, { created: 3, updated: 2, failed: 1 }));
  const idOf = async (title: string) => (await world.events()).find((event) => event.title === title)?.id ?? '';
  await edit(await idOf('B'), 'à mão');
  await edit(await idOf('D'), 'à mão');
  await remove(await idOf('E'));
  const undone = await undo(id);
  expect(undone).toMatchObject({ status: 'undone', undo: { removed: 1, restored: 1, spared: 3 } });
  expect((await world.details()).map(({ title, description }) => `${title} ${description}`)).toEqual([
    'A antes',
    'B à mão',
    'D à mão',
  ]);
  expect((await world.rows(undone, 'spared')).map(({ line, reason }) => [line, reason])).toEqual([
    [3, 'edited'],
    [5, 'edited'],
    [6, 'gone'],
  ]);
  expect(await world.count()).toBe(3);
});

test('imports are undone one after the other, the last one first', async () => {
  const file = (word: string) => csv(`A,${word},2026-01-01,Recife,,`);
  const one = await world.imported(file('um'), { name: 'primeira' });
  const two = await world.imported(file('dois'), { name: 'segunda' });
  const three = await world.imported(file('três'), { name: 'terceira' });
  expect((await undo(three.id)).undo).toEqual({ removed: 0, restored: 1, spared: 0 });
  expect((await undo(two.id)).undo).toEqual({ removed: 0, restored: 1, spared: 0 });
  expect(await world.details()).toMatchObject([{ description: 'um' }]);
  expect((await undo(one.id)).undo).toEqual({ removed: 1, restored: 0, spared: 0 });
});

test('a dry run changes nothing and says all that would be; its commit does exactly that', async () => {
  await world.imported(csv('A,antes,2026-01-01,Recife,,', 'B,,2026-01-02,Recife,,'), { name: 'base' });
  const file = csv(
    'A,depois,2026-01-01,Recife,,',
    'B,,2026-01-02,Recife,,',
    'C,um,2026-01-03,Recife,,',
    'C,dois,2026-01-03,Recife,,',
    ',,2026-01-03,Recife,,',
  );
  const plan = await world.imported(file, { name: 'simulada', mode: 'dry_run' });
  const totals = rowsOf(5, { created: 1, updated: 2, unchanged: 1, failed: 1 });
  expect(plan).toMatchObject({ status: 'planned', rows: totals });
  expect(await world.count()).toBe(2);
  expect(await world.rows(plan, 'planned')).toMatchObject([
    { line: 2, outcome: 'updated', changes: [{ field: 'description', before: 'antes', after: 'depois' }] },
    { line: 4, outcome: 'created', title: 'C', changes: [] },
    { line: 5, outcome: 'updated', changes: [{ field: 'description', before: 'um', after: 'dois' }] },
  ]);
  expect(await world.rows(plan, 'failed')).toMatchObject([{ line: 6 }]);
  expect(await commit(plan.id)).toMatchObject({ status: 'completed', rows: totals });
  expect((await world.details()).map(({ title, description }) => `${title} ${description}`)).toEqual([
    'A depois',
    'B ',
    'C dois',
  ]);
  expect((await undo(plan.id)).undo).toEqual({ removed: 1, restored: 1, spared: 0 });
});

test('what has changed since the dry run is not committed, and that row says so', async () => {
  await world.imported(csv('A,antes,2026-01-01,Recife,,', 'B,,2026-01-02,Recife,,'), { name: 'base' });
  const plan = await world.imported(
    csv('A,depois,2026-01-01,Recife,,', 'B,,2026-01-02,Recife,,', 'C,,2026-01-03,Recife,,'),
    {
      name: 'simulada-antes',
      mode: 'dry_run',
    },
  );
  for (const { id } of await world.events()) await edit(id, 'à mão');
  const committed = await commit(plan.id);
  expect(committed.rows).toEqual(rowsOf(3, { created: 1, failed: 2 }));
  expect((await world.rows(committed, 'failed')).map(({ line, errors: [error] }) => [line, error?.code])).toEqual([
    [2, 'changed_since_plan'],
    [3, 'changed_since_plan'],
  ]);
  expect(await world.details()).toMatchObject([{ description: 'à mão' }, { description: 'à mão' }, { title: 'C' }]);
});

test('whenever its workers die, the totals are exact, nothing is twice, and each broken row is told once', async () => {
  const random = seeded(7);
  const { text, broken } = calendarCsv(1200, 23);
  const file = Buffer.from(`${text}${text.split('\n').slice(1, 60).join('\n')}\n`);
  const failures = 23 + broken.filter(({ line }) => line <= 60).length;
  const totals = rowsOf(1259, { created: 1177, unchanged: 59 - (failures - 23), failed: failures });
  const id = await world.upload(file, { name: 'mortes' });
  const lives = async (ended: (record: ImportRecord) => boolean) => {
    for (let life = 1; ; life += 1) {
      const { db } = dyingDb(world.tables.db, 30 + random.below(16), random.below(2) === 0);
      // Each comes when the lease of the one before is over.
      const now = () => new Date(Date.now() + life * 40_000);
      const holds = holdsTable(db, world.tables.names);
      const record = await world.run(id, { db, holds, now }).catch(() => world.get(id));
      if (ended(record)) return life;
      if (life > 200) throw new Error('never ends');
    }
  };
  expect(await lives(({ status }) => status === 'completed')).toBeGreaterThan(2);
  const record = await world.get(id);
  expect(record).toMatchObject({ status: 'completed', rows: totals });
  expect(await world.count()).toBe(1177);
  expect(await world.events()).toHaveLength(1177);
  const errors = told(await world.told('mortes'), 'upload_row_errors').flatMap(({ data }) => data.errors);
  expect(errors.map(({ line }) => line)).toEqual((await world.rows(record, 'failed')).map(({ line }) => line));
  expect(new Set(errors.map(({ line }) => line)).size).toBe(failures);
  await ask(id, 'undo');
  await lives(({ status }) => status === 'undone');
  expect((await world.get(id)).undo).toEqual({ removed: 1177, restored: 0, spared: 0 });
  expect(await world.count()).toBe(0);
}, 120_000);

test('a run that is out of time leaves the rest to the next, which goes on from there', async () => {
  const id = await world.upload(calendarCsv(300, 5).text, { name: 'prazo' });
  const sent: string[] = [];
  const queue = { send: async ({ import_id }: { import_id: string }) => void sent.push(import_id) };
  const first = await world.run(id, { queue }, 30_000);
  expect(first.status).toBe('running');
  expect(sent).toEqual([id]);
  expect(first.rows.read).toBeLessThan(300);
  expect(await world.run(id)).toMatchObject({ status: 'completed', rows: rowsOf(300, { created: 295, failed: 5 }) });
});

test('one that is cancelled ends at a border of rows, with exact totals, and can be undone', async () => {
  const id = await world.upload(calendarCsv(400, 0).text, { name: 'cancelada' });
  let reads = 0;
  const range: World['files']['range'] = async (...asked) => {
    reads += 1;
    if (reads === 2) {
      await ask(id, 'cancel');
    }
    return world.files.range(...asked);
  };
  const record = await world.run(id, { files: { ...world.files, range } });
  expect(record).toMatchObject({ status: 'cancelled', error_code: 'cancelled' });
  expect(record.rows.created).toBeGreaterThan(0);
  expect(record.rows.created).toBeLessThan(400);
  expect(record.rows.read).toBe(record.rows.created);
  expect(await world.count()).toBe(record.rows.created);
  expect((await undo(id)).undo).toEqual({ removed: record.rows.created, restored: 0, spared: 0 });
});

test('an undo that is stopped goes on from there, and what it did before counts once', async () => {
  const { id } = await world.imported(calendarCsv(900, 0).text, { name: 'desfeita-em-partes' });
  await ask(id, 'undo');
  const first = await world.run(id, {}, 30_000);
  expect(first.undo?.removed).toBeGreaterThan(0);
  await ask(id, 'cancel');
  const stopped = await world.run(id);
  expect(stopped).toMatchObject({ status: 'cancelled' });
  expect(await world.count()).toBe(900 - (stopped.undo?.removed ?? 0));
  expect(await undo(id)).toMatchObject({ status: 'undone', undo: { removed: 900, restored: 0, spared: 0 } });
});

test('a file that is deleted or replaced before it is read ends the import with that', async () => {
  const gone = await world.upload(seed, { name: 'sumiu' });
  const head = () => Promise.resolve(null);
  expect(await world.run(gone, { files: { ...world.files, head } })).toMatchObject({
    status: 'failed',
    error_code: 'file_gone',
  });
  const other = await world.upload(calendarCsv(100, 0).text, { name: 'trocado' });
  const range: World['files']['range'] = async (...asked) => {
    await world.files.put(fileKey(other), Buffer.from('x'.repeat(10_000)));
    return world.files.range(...asked);
  };
  expect(await world.run(other, { files: { ...world.files, range } })).toMatchObject({
    status: 'failed',
    error_code: 'file_changed',
  });
  expect((await world.told('trocado')).at(-1)).toMatchObject({
    type: 'upload_failed',
    data: { error_code: 'file_changed' },
  });
});

test('whatever people call CSV is imported, or refused with the reason', async () => {
  for (const [what, bytes, expected] of awkwardFiles) {
    const record = await world.imported(bytes, { name: 'estranha' });
    const { rows } = record;
    if ('failure' in expected) {
      expect([what, record.status, record.error_code]).toEqual([what, 'failed', expected.failure]);
      continue;
    }
    const failed = expected.rows.filter((row) => /^\d+ (row|[a-z_.]+): /.test(row)).length;
    expect([what, record.status, rows.read, rows.failed]).toEqual([what, 'completed', expected.rows.length, failed]);
    expect(rows.read).toBe(rows.created + rows.updated + rows.unchanged + rows.failed);
    if (rows.created + rows.updated > 0) await undo(record.id);
    expect([what, await world.count()]).toEqual([what, 0]);
  }
}, 60_000);
