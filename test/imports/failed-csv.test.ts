import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dialect } from '../../contract/dialect.ts';
import { answerFile } from '../../src/answer-file.ts';
import { eventListing } from '../../src/events/listing/table.ts';
import { fileKey, type ImportRecord } from '../../src/imports/import.ts';
import { chunkWrite, type KeptRow } from '../../src/imports/table.ts';
import { anUploadsWorld, type UploadsWorld } from '../support/uploads-world.ts';

let app: UploadsWorld;
beforeAll(async () => {
  app = await anUploadsWorld();
});
afterAll(() => app.stop());

const HEADER = 'título;data;cidade\r\n';
const dialect: Dialect = {
  encoding: 'windows-1252',
  bom: false,
  delimiter: ';',
  newline: '\r\n',
  quote_escape: 'doubled',
  date_style: 'day_first',
  columns: { title: 0, event_date: 1, city: 2 },
  unknown_columns: [],
  width: 3,
  header_from: 0,
  rows_from: HEADER.length,
  rows_line: 2,
};
const latin1 = (text: string) => Buffer.from(text, 'latin1');

async function asked(path: string, language: string | null = null) {
  const deps = {
    eventListing: eventListing(app.db, app.names.events),
    timeZone: 'America/Sao_Paulo',
    imports: app.imports(),
    uploads: app.s3.bucket,
    now: app.now,
  };
  const answer = await answerFile(deps, { path, query: {}, language });
  if ('problem' in answer) return { ...answer, text: '' };
  const chunks: Buffer[] = [];
  for await (const chunk of answer.chunks) chunks.push(Buffer.from(chunk));
  return { ...answer, problem: null, text: Buffer.concat(chunks).toString('latin1') };
}

/** An import of a file whose rows of these numbers failed. */
async function imported(rows: string[], failed: number[], patch: Partial<ImportRecord> = {}, perChunk = 500) {
  const { body } = await app.send(app.aName(), {}, latin1(HEADER + rows.join('')));
  const etag = (await app.s3.bucket.head(fileKey(body.import_id)))!.etag;
  const starts = rows.map((_row, index) => HEADER.length + rows.slice(0, index).join('').length);
  const kept = failed.map((index): KeptRow => {
    const numbers = { limit: 200 };
    const errors = [
      { line: index + 2, column: 'title', code: 'too_long' as const, message: 'É longo demais.', value: 'x', numbers },
      { line: index + 2, column: null, code: 'stray_quote' as const, message: 'Há aspas.', value: '"' },
    ];
    const from = starts[index]!;
    const row = { line: index + 2, title: null, event_id: null, changes: [], reason: null, errors };
    return { ...row, outcome: 'failed', from, to: from + rows[index]!.length };
  });
  const chunks = Math.ceil(kept.length / perChunk);
  const writes = Array.from({ length: chunks }, (_, at) =>
    chunkWrite(app.names.events, body.import_id, 'failed', at + 1, kept.slice(at * perChunk, (at + 1) * perChunk)),
  );
  const totals = { read: rows.length, created: rows.length - failed.length, updated: 0, unchanged: 0 };
  const over = {
    status: 'completed',
    dialect,
    etag,
    file_name: 'agenda de julho.csv',
    rows: { ...totals, failed: failed.length },
    chunks: { failed: chunks, planned: 0, spared: 0 },
    ...patch,
  } as const;
  return (await app.imports().change(await app.stored(body.import_id), over, {}, new Date(), writes))!;
}

test('the failed rows are a file as the one imported was, with their lines and all that is wrong with them', async () => {
  const rows = ['São João;1;Recife\r\n', 'Feira;2;Olinda\r\n', 'Praça;3;Natal'];
  const record = await imported(rows, [0, 2]);
  for (const path of [`/uploads/${record.id}/failed.csv`, `/api/v1/uploads/${record.upload_id}/failed.csv`]) {
    const answer = await asked(path, 'en');
    expect(answer).toMatchObject({
      statusCode: 200,
      contentType: 'text/csv; charset=windows-1252',
      fileName: 'agenda de julho-erros.csv',
    });
    const error =
      '"title: It is too long: at most 200 characters.; A quoted cell has a lone quote inside: write it doubled ("""")."';
    expect(answer.text).toBe(`_line;_error;${HEADER}2;${error};São João;1;Recife\r\n4;${error};Praça;3;Natal\r\n`);
  }
});

test('rows of many chunks, far from each other, are each there once, in their order', async () => {
  const rows = Array.from({ length: 400 }, (_, index) => `Evento ${index};${'x'.repeat(3000)};Recife\r\n`);
  const failed = rows.map((_row, index) => index).filter((index) => index % 7 < 2 && (index < 60 || index > 300));
  const record = await imported(rows, failed, {}, 9);
  const { text } = await asked(`/uploads/${record.id}/failed.csv`);
  const lines = text.trimEnd().split('\r\n').slice(1);
  expect(lines).toHaveLength(failed.length);
  for (const [at, index] of failed.entries()) {
    expect(lines[at]).toMatch(new RegExp(`^${index + 2};`));
    expect(lines[at]!.endsWith(rows[index]!.trimEnd())).toBe(true);
  }
});

test('there is no such file of what does not exist, still runs, went well, or is kept no longer', async () => {
  const rows = ['a;1;b\r\n'];
  const code = async (id: string) => (await asked(`/uploads/${id}/failed.csv`)).problem;
  expect(await code('nobody')).toMatchObject({ status: 404, code: 'upload_not_found' });
  const running = await imported(rows, [0], { status: 'running' });
  expect(await code(running.id)).toMatchObject({ status: 409, code: 'import_wrong_status' });
  const well = await imported(rows, []);
  expect(await code(well.id)).toMatchObject({ status: 409, code: 'import_wrong_status' });
  const replaced = await imported(rows, [0], { etag: '"another"' });
  expect(await code(replaced.id)).toMatchObject({ status: 410, code: 'file_expired' });
  const old = await imported(rows, [0], { file_expires_at: '2020-01-01T00:00:00.000Z' });
  expect(await code(old.id)).toMatchObject({ status: 410, code: 'file_expired' });
});

test('any other path is the calendar', async () => {
  expect(await asked('/eventos/download')).toMatchObject({ statusCode: 200, fileName: 'eventos.json' });
});
