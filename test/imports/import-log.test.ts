import { afterAll, beforeAll, expect, test } from 'vitest';
import { controlImport, type Control } from '../../src/imports/control-import.ts';
import { CALENDAR_HEADER, calendarCsv } from '../support/calendar-csv.ts';
import { anImportWorld, OWNER } from '../support/import-world.ts';

let world: Awaited<ReturnType<typeof anImportWorld>>;
beforeAll(async () => {
  world = await anImportWorld();
});
afterAll(() => world?.stop());

/** Each line's sentence, with the same for programs. */
const logOf = async (id: string) =>
  (await world.logOf(id)).map(({ level, message, code, values, line }) => ({ level, message, code, values, line }));

async function ask(id: string, control: Control): Promise<void> {
  const app = {
    imports: world.imports,
    importQueue: { send: () => Promise.resolve() },
    eventsTable: world.tables.names.events,
    now: () => new Date(),
  };
  expect(await controlImport(app, { owner: OWNER, ref: id }, control, undefined)).toMatchObject({ kind: 'done' });
}

test('an import is told by codes from its request to its undoing', async () => {
  const { text } = calendarCsv(60, 0, 'Olinda');
  const broken = `Sem data,,ontem,Olinda,,\nSem data 2,,anteontem,Olinda,,\n`;
  const id = await world.upload(text.trimEnd() + '\n' + broken, { name: 'codigos', mode: 'dry_run' });
  await world.run(id);
  await ask(id, 'commit');
  await world.run(id);
  await ask(id, 'undo');
  await world.run(id);
  const lines = await logOf(id);
  const progress = lines.filter(({ code }) => code === 'import_progress');
  const steps = lines.filter(({ code }) => code !== 'import_progress');
  expect(steps.map(({ code }) => code)).toEqual([
    'import_requested',
    'import_detected',
    'import_row_failed',
    'import_ended',
    'import_commit_requested',
    'import_detected',
    'import_row_failed',
    'import_ended',
    'import_undo_requested',
    'import_detected',
    'import_ended',
  ]);
  expect(lines[0]).toMatchObject({ message: 'Envio pedido: codigos.csv', values: { file_name: 'codigos.csv' } });
  expect(lines[1]).toMatchObject({
    level: 'info',
    message: expect.stringMatching(/^\d+ bytes, utf-8, separador ","/),
    values: { bytes: Buffer.byteLength(text.trimEnd()) + 1 + broken.length, encoding: 'utf-8', delimiter: ',' },
  });
  const failed = lines.filter(({ code }) => code === 'import_row_failed');
  expect(failed).toHaveLength(2);
  expect(failed[0]).toEqual({
    level: 'warning',
    line: 62,
    message:
      'Linha 62: event_date: Não é uma data conhecida. Use 2025-07-01T10:00:00 ou 01/07/2025 10:00. (e mais 1 linhas com erro)',
    code: 'import_row_failed',
    values: { column: 'event_date', error_code: 'invalid_date', numbers: {}, others: 1 },
  });
  const done = progress.filter(({ values }) => values?.percent === 100);
  expect(done.map(({ values }) => values?.phase)).toEqual(['planning', 'committing', 'undoing']);
  expect(done[0]).toMatchObject({ level: 'info', line: 63, message: 'Simulando: 100% até a linha 63' });
  const rows = { read: 62, created: 60, updated: 0, unchanged: 0, failed: 2 };
  const ended = { undo: null, error_code: null, missing_columns: [] };
  expect(lines.flatMap(({ code, values }) => (code === 'import_ended' ? [values] : []))).toEqual([
    { ...ended, status: 'planned', rows },
    { ...ended, status: 'completed', rows },
    { ...ended, status: 'undone', rows, undo: { removed: 60, restored: 0, spared: 0 } },
  ]);
});

test('a row that is too long for its column brings the number of its sentence', async () => {
  const { id } = await world.imported(`${CALENDAR_HEADER}\n${'x'.repeat(201)},,2027-01-01T10:00:00,Olinda,,\n`);
  expect(await logOf(id)).toContainEqual({
    level: 'warning',
    line: 2,
    message: 'Linha 2: title: É longo demais: no máximo 200 caracteres.',
    code: 'import_row_failed',
    values: { column: 'title', error_code: 'too_long', numbers: { limit: 200 }, others: 0 },
  });
});

test('a file that cannot be imported says why by its code, with the columns that are missing', async () => {
  const { id } = await world.imported('cor,tamanho\nazul,3\n', { name: 'sem-colunas' });
  expect((await logOf(id)).at(-1)).toMatchObject({
    level: 'error',
    message: expect.stringContaining('Faltam colunas: '),
    code: 'import_ended',
    values: { status: 'failed', error_code: 'missing_columns', missing_columns: ['title', 'event_date', 'city'] },
  });
});

test('that somebody asks for its end is told, and then the end', async () => {
  const id = await world.upload(calendarCsv(900, 0, 'Olinda').text, { name: 'parada' });
  await world.run(id, {}, 30_000);
  await ask(id, 'cancel');
  const { rows } = await world.run(id);
  const lines = await logOf(id);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'info', code: 'import_cancel_requested', values: {} }));
  expect(lines.at(-1)).toMatchObject({
    level: 'warning',
    code: 'import_ended',
    values: { status: 'cancelled', error_code: 'cancelled', rows, undo: null },
  });
});
