import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImportView } from '../../contract/import.ts';
import { fileKey } from '../../src/imports/import.ts';
import { ORIGIN_KEY } from '../support/an-api.ts';
import { FORM_TYPE, formOf, type Part } from '../support/an-upload.ts';
import { anUploadsWorld, applied, CSV, file, type UploadsWorld } from '../support/uploads-world.ts';

let app: UploadsWorld;
beforeAll(async () => {
  app = await anUploadsWorld();
});
afterAll(() => app.stop());

test.each(['/uploads', '/api/v1/uploads', '/eventos/upload', '/api/v1/eventos/upload', '/api/v1/events/upload'])(
  'a form posted to %s is an import that waits for its file, and the file is in the bucket',
  async (path) => {
    const name = app.aName();
    const { status, headers, body } = await app.post(
      [{ name: 'mode', body: 'dry_run' }, file(CSV, `${name}.csv`)],
      {},
      path,
    );
    expect(status).toBe(202);
    expect(body).toMatchObject({
      upload_id: name,
      file_name: `${name}.csv`,
      mode: 'dry_run',
      status: 'waiting',
      bytes_total: null,
    });
    expect(body.ws).toBe(`/ws/upload/${name}`);
    expect(headers.get('location')).toBe(`/uploads/${body.import_id}`);
    expect((await app.s3.bucket.head(fileKey(body.import_id)))?.bytes).toBe(CSV.length);
    for (const ref of [body.import_id, name]) expect((await app.get(`/api/v1/uploads/${ref}`)).body).toEqual(body);
    expect(await app.told(`logs:${body.import_id}`)).toMatchObject([{ type: 'log' }]);
    // S3 itself tells the workers.
    expect(app.sent).toEqual([]);
  },
);

const text = (name: string, body: string): Part => ({ name, body });
test.each<[string, Part[], number, string, string?]>([
  ['no file', [text('mode', 'import')], 400, 'no_file'],
  ['a form without parts', [], 400, 'no_file'],
  ['a file that was not chosen', [file('', '')], 400, 'no_file'],
  ['a text for a file', [text('file', CSV)], 400, 'no_file'],
  ['two files', [file(), file()], 400, 'too_many_files'],
  ['a file in another field', [{ ...file(), name: 'csv' }], 400, 'invalid_request', 'csv'],
  ['a file in a text field', [file(), { ...file(), name: 'mode' }], 400, 'invalid_request', 'mode'],
  ['an unknown field', [file(), text('modo', 'import')], 400, 'invalid_request', 'modo'],
  ['a hostile field', [file(), text('__proto__', 'x')], 400, 'invalid_request', '__proto__'],
  ['an unknown mode', [file(), text('mode', 'erase')], 400, 'invalid_request', 'mode'],
  ['a name that is too long', [file(), text('upload_id', 'a'.repeat(256))], 400, 'invalid_request', 'upload_id'],
  ['a name of which nothing is left', [file(), text('upload_id', '???')], 400, 'invalid_request', 'upload_id'],
  ['a file name of which nothing is left', [file(CSV, '???.csv')], 400, 'invalid_request', 'upload_id'],
  ['a file of more than 4 MB', [file(Buffer.alloc(4 * 1024 * 1024 + 1, 'a'))], 413, 'file_too_large'],
  ['a form of 9 MB', [file(Buffer.alloc(9 * 1024 * 1024, 'a'))], 413, 'file_too_large'],
])('%s is refused', async (_what, parts, status, code, field) => {
  const answer = await app.post(parts);
  expect(answer.body).toMatchObject({ status, code, ...(field !== undefined && { errors: [{ field }] }) });
  if (code === 'file_too_large') expect(answer.body['detail']).toContain('/uploads/presign');
  expect((await app.get('/uploads')).body['uploads']).not.toContainEqual(
    expect.objectContaining({ file_name: '???.csv' }),
  );
});

test.each([
  ['cut off in its file', formOf([file()]).subarray(0, 150)],
  ['cut off in a header', formOf([file()]).subarray(0, 40)],
  ['that is no form', Buffer.from(CSV)],
])('a form %s is refused', async (_what, body) => {
  const answer = await app.call('POST', '/uploads', { body, headers: { 'content-type': FORM_TYPE } });
  expect(answer.body).toMatchObject({ status: 400, code: 'form_incomplete' });
});

test('what is no form is told to be one', async () => {
  for (const type of ['text/csv', 'application/json', 'application/x-www-form-urlencoded']) {
    const answer = await app.call('POST', '/eventos/upload', { body: CSV, headers: { 'content-type': type } });
    expect(answer.body).toMatchObject({ status: 415, code: 'multipart_required' });
  }
  const nameless = await app.call('POST', '/uploads', {
    body: CSV,
    headers: { 'content-type': 'multipart/form-data' },
  });
  expect(nameless.body).toMatchObject({ status: 400, code: 'form_incomplete' });
});

test('a file of exactly 4 MB is taken', async () => {
  const { status, body } = await app.send(app.aName(), {}, Buffer.alloc(4 * 1024 * 1024, 'a'));
  expect(status).toBe(202);
  expect((await app.s3.bucket.head(fileKey(body.import_id)))?.bytes).toBe(4 * 1024 * 1024);
});

test.each<[string, string | Buffer, string, string]>([
  ['in UTF-8', 'Programação 2025.csv', 'Programação 2025.csv', 'programacao-2025'],
  ['in Latin-1', Buffer.from('Programação b.csv', 'latin1'), 'Programação b.csv', 'programacao-b'],
  ['with folders', '../../etc/passwd.txt', 'passwd.txt', 'passwd'],
  ['with folders of Windows', 'C:\\\\temp\\\\lista.CSV', 'lista.CSV', 'lista'],
  ['with what reorders text', 'a\u202Eb.csv', 'a b.csv', 'a-b'],
  ['without extension', 'minha lista', 'minha lista', 'minha-lista'],
  ['that is very long', `${'n'.repeat(400)}.csv`, 'n'.repeat(255), 'n'.repeat(64)],
])('a file name %s is shown clean', async (_how, filename, file_name, upload_id) => {
  expect((await app.post([file(CSV, filename)])).body).toMatchObject({ file_name, upload_id });
});

test('a field left empty is not given', async () => {
  const name = app.aName();
  const parts = [file(CSV, `${name}.csv`), text('upload_id', ' '), text('mode', '')];
  expect((await app.post(parts)).body).toMatchObject({ upload_id: name, mode: 'import' });
});

test('one of the same name that is not over is not disturbed', async () => {
  const name = app.aName();
  const { body } = await app.send(name);
  const refused = { status: 409, body: { code: 'upload_running', import_id: body.import_id } };
  expect(await app.send(name)).toMatchObject(refused);
  expect(await app.presign({ upload_id: name })).toMatchObject(refused);
  let record = await app.stored(body.import_id);
  for (const status of ['running', 'undoing'] as const) {
    record = (await app.imports().change(record, { status }, {}, new Date()))!;
    expect(await app.send(name)).toMatchObject(refused);
  }
  expect((await app.send(app.aName())).status).toBe(202);
});

test('ten forms of one name at once are one import', async () => {
  const name = app.aName();
  const answers = await Promise.all(Array.from({ length: 10 }, () => app.send(name)));
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
});

test('one that is over is replaced, and what happens to it later is not told under its name', async () => {
  const name = app.aName();
  const before = await app.left(name, applied);
  const { status, body } = await app.send(name);
  expect(status).toBe(202);
  expect((await app.get(`/uploads/${name}`)).body.import_id).toBe(body.import_id);
  expect(await app.stored(before.id)).toMatchObject({ status: 'completed', superseded: true });
});

test('a file that could not be stored leaves its name free; one that may be there does not, however long it is not read', async () => {
  const name = app.aName();
  const failing = app.api({ uploads: { ...app.s3.bucket, put: () => Promise.reject(new Error('S3 is down')) } });
  const body = new Uint8Array(formOf([file(), text('upload_id', name)]));
  const headers = { 'x-origin-key': ORIGIN_KEY, 'content-type': FORM_TYPE };
  expect((await failing.request('/uploads', { method: 'POST', headers, body })).status).toBe(500);
  expect(await app.told(`import:${name}`)).toMatchObject([
    { type: 'upload_failed', data: { error_code: 'file_never_came' } },
  ]);
  const { body: sent, status } = await app.send(name);
  expect(status).toBe(202);
  app.pass(61_000);
  expect((await app.send(name)).body).toMatchObject({ code: 'upload_running', import_id: sent.import_id });
});

test('the same Idempotency-Key gives the same answer, and puts a file that got lost', async () => {
  const name = app.aName();
  const key = { 'idempotency-key': `key-${name}` };
  const failing = app.api({ uploads: { ...app.s3.bucket, put: () => Promise.reject(new Error('S3 is down')) } });
  const body = new Uint8Array(formOf([file(), text('upload_id', name)]));
  const headers = { 'x-origin-key': ORIGIN_KEY, 'content-type': FORM_TYPE, ...key };
  expect((await failing.request('/uploads', { method: 'POST', headers, body })).status).toBe(500);
  const first = await app.send(name, key);
  const again = await app.send(name, key);
  expect(first.status).toBe(202);
  expect(again.body).toEqual(first.body);
  expect(await app.s3.bucket.head(fileKey(first.body.import_id))).not.toBeNull();
  expect((await app.send(name, key, `${CSV}x`)).body).toMatchObject({ status: 422, code: 'idempotency_conflict' });
  await app.imports().change(await app.stored(first.body.import_id), { status: 'running' }, {}, new Date());
  expect((await app.send(name, key)).body).toEqual(first.body);
  expect((await app.send(name, { 'idempotency-key': 'k'.repeat(256) })).body).toMatchObject({
    code: 'invalid_request',
  });
});

type Form = ImportView & { url: string; fields: Record<string, string>; expires_at: string };
async function postToS3({ url, fields }: Form, body = CSV, changes: Record<string, string> = {}): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...changes })) form.set(name, value);
  form.set('file', new Blob([body]), 'whatever.csv');
  return (await fetch(url, { method: 'POST', body: form })).status;
}
const presigned = async (request: Record<string, unknown> = {}, headers: Record<string, string> = {}) => {
  const { status, body } = await app.presign({ upload_id: app.aName(), ...request }, headers);
  expect(status).toBe(201);
  return body as unknown as Form;
};

test('a presigned form takes the file to where the import waits for it, for an hour', async () => {
  const form = await presigned({ mode: 'dry_run' }, { 'x-viewer-host': 'localhost:8000' });
  expect(form).toMatchObject({ status: 'waiting', mode: 'dry_run' });
  expect(new URL(form.url).host).toBe(`localhost:${app.s3.port}`);
  expect(Date.parse(form.expires_at) - Date.parse(form.created_at)).toBe(3_600_000);
  expect(await postToS3(form)).toBe(204);
  expect((await app.s3.bucket.head(fileKey(form.import_id)))?.bytes).toBe(CSV.length);
});

test('S3 refuses a form that was tampered with, and a file of another size', async () => {
  const form = await presigned({ size: CSV.length });
  expect(await postToS3(form, `${CSV}x`)).toBe(400);
  expect(await postToS3(form, CSV.slice(1))).toBe(400);
  expect(await postToS3(form, CSV, { key: fileKey('another') })).toBe(403);
  expect(await postToS3(form, CSV, { 'Content-Type': 'text/html' })).toBe(403);
  expect(await postToS3(form, CSV, { acl: 'public-read' })).toBe(403);
  const Policy = Buffer.from(JSON.stringify({ expiration: '2100-01-01T00:00:00Z', conditions: [] })).toString('base64');
  expect(await postToS3(form, CSV, { Policy })).toBe(403);
  expect(await app.s3.bucket.head(fileKey(form.import_id))).toBeNull();
  expect(await postToS3(form)).toBe(204);
});

test.each([
  [{ size: 5 * 1024 ** 3 + 1 }, 'size'],
  [{ size: -1 }, 'size'],
  [{ mode: 'x' }, 'mode'],
  [{ file_name: '' }, 'file_name'],
  [{ file_name: '///' }, 'upload_id'],
  [{ sise: 1 }, 'sise'],
])('a form for %j is not made', async (request, field) => {
  expect((await app.presign(request)).body).toMatchObject({ status: 400, errors: [{ field }] });
});

test('a form that nobody has posted gives way to the next of its name, and its listeners are told', async () => {
  const upload_id = app.aName();
  const first = await presigned({ upload_id });
  const second = await presigned({ upload_id });
  const third = await app.send(upload_id);
  expect(third.status).toBe(202);
  for (const { import_id } of [first, second]) {
    expect((await app.get(`/uploads/${import_id}`)).body).toMatchObject({
      status: 'cancelled',
      error_code: 'replaced',
    });
    expect((await app.stored(import_id)).superseded).toBe(true);
  }
  expect(await app.told(`import:${upload_id}`)).toMatchObject([
    { type: 'upload_failed', import_id: first.import_id, seq: 1, data: { error_code: 'replaced' } },
    { type: 'upload_failed', import_id: second.import_id, seq: 2 },
  ]);
  expect(await app.stored(third.body.import_id)).toMatchObject({ seq: 2, first_seq: 3 });
});

test('the same Idempotency-Key gives a form for the same import', async () => {
  const upload_id = app.aName();
  const key = { 'idempotency-key': upload_id };
  const first = await presigned({ upload_id }, key);
  app.pass(60_000);
  const again = await presigned({ upload_id }, key);
  expect(again).toMatchObject({ import_id: first.import_id, expires_at: first.expires_at });
  expect(await postToS3(again)).toBe(204);
  expect((await app.presign({ upload_id, size: 3 }, key)).body).toMatchObject({ code: 'idempotency_conflict' });
});
