import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImportView } from '../../contract/import.ts';
import { chunkWrite, type KeptRow } from '../../src/imports/table.ts';
import { ORIGIN_KEY } from '../support/an-api.ts';
import { anUploadsWorld, applied, file, type UploadsWorld } from '../support/uploads-world.ts';

let app: UploadsWorld;
beforeAll(async () => {
  app = await anUploadsWorld();
});
afterAll(() => app.stop());

test('an import that waits is cancelled at once, one that runs is asked to stop', async () => {
  const name = app.aName();
  const { body } = await app.send(name);
  const cancelled = await app.control(`/uploads/${name}/cancel`);
  expect(cancelled).toMatchObject({ status: 202, body: { status: 'cancelled', error_code: 'cancelled' } });
  expect((await app.control(`/uploads/${body.import_id}/cancel`)).body).toEqual(cancelled.body);
  expect(await app.told(`import:${name}`)).toMatchObject([{ type: 'upload_failed', data: { status: 'cancelled' } }]);
  expect((await app.stored(body.import_id)).due_at).toBeNull();

  const running = await app.left(app.aName(), { status: 'running', phase: 'importing' });
  for (const _again of [1, 2]) expect((await app.control(`/uploads/${running.id}/cancel`)).status).toBe(202);
  expect(await app.stored(running.id)).toMatchObject({
    status: 'running',
    cancel_requested: true,
    version: running.version + 1,
  });
  const over = await app.left(app.aName(), applied);
  expect((await app.control(`/uploads/${over.id}/cancel`)).body).toMatchObject({
    status: 409,
    code: 'import_wrong_status',
  });
});

test('a plan is committed once, from the first row on', async () => {
  const rows = { read: 3, created: 2, updated: 0, unchanged: 0, failed: 1 };
  const planned = await app.left(app.aName(), {
    mode: 'dry_run',
    status: 'planned',
    rows,
    place: { offset: 50, line: 3 },
  });
  for (const _again of [1, 2]) {
    const { status, body } = await app.control(`/uploads/${planned.id}/commit`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'running', phase: 'committing', bytes: 0, rows: { read: 0, failed: 0 } });
  }
  expect(app.sent.filter((id) => id === planned.id)).toHaveLength(1);
  expect(Date.parse((await app.stored(planned.id)).due_at!)).toBeGreaterThan(Date.now());
  expect((await app.control(`/uploads/${planned.id}/undo`)).status).toBe(409);
});

test('what was applied is undone once; what only was planned has nothing to undo', async () => {
  const completed = await app.left(app.aName(), applied);
  for (const _again of [1, 2]) {
    const { status, body } = await app.control(`/uploads/${completed.id}/undo`);
    expect(status).toBe(202);
    expect(body).toMatchObject({ status: 'undoing', phase: 'undoing', undo: { removed: 0 }, rows: applied.rows });
  }
  expect(app.sent.filter((id) => id === completed.id)).toHaveLength(1);
  for (const patch of [
    { ...applied, mode: 'dry_run', status: 'planned', applied_to: 0 },
    { ...applied, mode: 'dry_run', status: 'cancelled', applied_to: 0 },
    { ...applied, rows: { ...applied.rows, created: 0, unchanged: 1 } },
    { status: 'waiting' },
  ] as const) {
    const { id } = await app.left(app.aName(), patch);
    expect((await app.control(`/uploads/${id}/undo`)).body).toMatchObject({ code: 'import_wrong_status' });
  }
  expect((await app.control(`/uploads/${completed.id}/commit`)).body).toMatchObject({ code: 'import_wrong_status' });
});

test('the same Idempotency-Key does not undo a second time', async () => {
  const { id } = await app.left(app.aName(), { ...applied, status: 'cancelled' });
  expect((await app.control(`/uploads/${id}/undo`, 'k')).status).toBe(202);
  // An undo that failed may be asked for again, but not by a request that was only repeated.
  await app.imports().change(await app.stored(id), { status: 'failed', phase: null }, {}, new Date());
  expect(await app.control(`/uploads/${id}/undo`, 'k')).toMatchObject({ status: 202, body: { status: 'failed' } });
  expect((await app.control(`/uploads/${id}/undo`, 'another')).body.status).toBe('undoing');
});

test('without its file nothing can be committed or undone', async () => {
  const completed = await app.left(app.aName(), applied);
  const planned = await app.left(app.aName(), { mode: 'dry_run', status: 'planned' });
  app.pass(31 * 24 * 60 * 60 * 1000);
  for (const path of [`${completed.id}/undo`, `${planned.id}/commit`]) {
    expect((await app.control(`/uploads/${path}`)).body).toMatchObject({ status: 410, code: 'file_expired' });
  }
});

test.each([
  '/uploads/nobody',
  '/uploads/01JDC8Z1Q5W3N7XK2V9T4B6M8R',
  '/uploads/nobody/rows',
  '/uploads/N%20O',
  '/uploads/a.b',
])('%s is not found', async (path) =>
  expect((await app.get(path)).body).toMatchObject({ status: 404, code: 'upload_not_found' }),
);
test.each(['cancel', 'commit', 'undo'])('%s of what does not exist is not found', async (verb) => {
  expect((await app.control(`/uploads/nobody/${verb}`)).body).toMatchObject({ code: 'upload_not_found' });
});

test('imports are listed newest first, page by page, and by name', async () => {
  const name = app.aName();
  const ids: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    app.pass(10);
    ids.unshift((await app.send(name)).body.import_id);
    await app.control(`/uploads/${name}/cancel`);
    app.pass(10);
    await app.send(app.aName());
  }
  type List = { uploads: ImportView[]; next_cursor: string | null };
  const pages = async (query: string) => {
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = (await app.get(`/uploads?${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`))
        .body as unknown as List;
      found.push(...page.uploads.map(({ import_id }) => import_id));
      cursor = page.next_cursor;
    }
    return found;
  };
  expect(await pages(`upload_id=${name}&limit=2`)).toEqual(ids);
  const all = await pages('limit=7');
  expect(all.filter((id) => ids.includes(id))).toEqual(ids);
  expect(new Set(all).size).toBe(all.length);
  expect((await app.get('/uploads?limit=0')).status).toBe(400);
  expect((await app.get('/uploads?upload_id=N%C3%A3o')).status).toBe(400);
});

test('failed rows are told chunk by chunk, in the language of who asks', async () => {
  const aRow = (line: number): KeptRow => ({
    line,
    outcome: 'failed',
    title: 'Feira',
    event_id: null,
    changes: [],
    reason: null,
    from: 10,
    to: 20,
    errors: [
      {
        line,
        column: 'title',
        code: 'too_long',
        message: 'É longo demais: no máximo 200 caracteres.',
        value: 'x',
        numbers: { limit: 200 },
      },
    ],
  });
  const { id } = await app.left(
    app.aName(),
    { ...applied, rows: { ...applied.rows, read: 3, failed: 2 }, chunks: { failed: 2, planned: 0, spared: 0 } },
    [aRow(2)],
  );
  await app
    .imports()
    .change(await app.stored(id), {}, {}, new Date(), [chunkWrite(app.names.events, id, 'failed', 2, [aRow(9)])]);
  const first = (await app.get(`/uploads/${id}/rows`, 'en')).body;
  expect(first).toEqual({
    rows: [
      expect.objectContaining({
        line: 2,
        errors: [expect.objectContaining({ message: 'It is too long: at most 200 characters.' })],
      }),
    ],
    total: 2,
    next_cursor: 2,
  });
  expect(JSON.stringify(first)).not.toContain('"from"');
  expect((await app.get(`/uploads/${id}/rows?cursor=2`)).body).toMatchObject({
    rows: [{ line: 9, errors: [{ message: 'É longo demais: no máximo 200 caracteres.' }] }],
    next_cursor: null,
  });
  for (const query of ['status=spared', 'status=planned', 'cursor=3']) {
    expect((await app.get(`/uploads/${id}/rows?${query}`)).body).toMatchObject({ rows: [], next_cursor: null });
  }
  expect((await app.get(`/uploads/${id}/rows?status=all`)).status).toBe(400);
  expect((await app.get(`/uploads/${id}/rows?cursor=0`)).status).toBe(400);
});

test('the template is a CSV that Excel opens right and an import takes', async () => {
  const response = await app.api().request('/api/v1/uploads/template.csv', { headers: { 'x-origin-key': ORIGIN_KEY } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toContain('attachment');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes.subarray(3).toString()).toMatch(
    /^title,description,event_date,city,participants,local_info\r\nEvento 1,.*\r\n$/,
  );
  expect((await app.post([file(bytes, 'template.csv')])).status).toBe(202);
});
