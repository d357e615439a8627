import type { ImportView } from '../../contract/import.ts';
import type { ImportRecord } from '../../src/imports/import.ts';
import { chunkWrite, importsTable, type KeptRow } from '../../src/imports/table.ts';
import { newsTable } from '../../src/news/table.ts';
import { anApi, ORIGIN_KEY } from './an-api.ts';
import { anUploadsBucket, FORM_TYPE, formOf, type Part } from './an-upload.ts';
import { someTables } from './tables.ts';

type Answer = { status: number; headers: Headers; body: ImportView & Record<string, unknown> };
export const CSV = 'title,event_date,city\nFeira,2025-07-01T10:00,Recife\n';
export const file = (body: string | Buffer = CSV, filename: string | Buffer = 'agenda.csv'): Part => ({
  name: 'file',
  filename,
  body,
});
/** What a worker leaves of an import that created one event. */
export const applied = {
  status: 'completed',
  applied_to: 55,
  rows: { read: 1, created: 1, updated: 0, unchanged: 0, failed: 0 },
} as const;

/** The API for imports on real tables and a real bucket; its clock is moved by hand. */
export async function anUploadsWorld() {
  const world = await someTables();
  const s3 = await anUploadsBucket();
  const sent: string[] = [];
  let ahead = 0;
  const now = () => new Date(Date.now() + ahead);
  const importQueue = { send: async ({ import_id }: { import_id: string }) => void sent.push(import_id) };
  const api = (changes: Parameters<typeof anApi>[1] = {}) =>
    anApi(world, { uploads: s3.bucket, importQueue, now, ...changes });
  const imports = () => importsTable(world.db, world.names);
  const stored = async (id: string) => (await imports().get(id))!;
  const told = async (channel: string) =>
    (await newsTable(world.db, world.names.news).after(channel, '0')).map(({ notification }) => notification);
  let names = 0;
  const aName = () => `agenda-${(names += 1)}`;

  async function call(
    method: string,
    path: string,
    init: { body?: string | Buffer; headers?: Record<string, string> } = {},
  ) {
    const body = init.body === undefined ? {} : { body: new Uint8Array(Buffer.from(init.body)) };
    const headers = { 'x-origin-key': ORIGIN_KEY, ...init.headers };
    const response = await api().request(path, { method, headers, ...body });
    const text = await response.text();
    const answered = (text.startsWith('{') ? JSON.parse(text) : { text }) as Answer['body'];
    return { status: response.status, headers: response.headers, body: answered };
  }
  const get = (path: string, language = 'pt') => call('GET', path, { headers: { 'accept-language': language } });
  const control = (path: string, key?: string) =>
    call('POST', path, key === undefined ? {} : { headers: { 'idempotency-key': key } });
  const post = (parts: Part[], headers: Record<string, string> = {}, path = '/uploads') =>
    call('POST', path, { body: formOf(parts), headers: { 'content-type': FORM_TYPE, ...headers } });
  const send = (name: string, headers: Record<string, string> = {}, body: string | Buffer = CSV) =>
    post([file(body), { name: 'upload_id', body: name }], headers);
  const presign = (request: Record<string, unknown>, headers: Record<string, string> = {}) =>
    call('POST', '/uploads/presign', {
      body: JSON.stringify({ file_name: 'agenda.csv', ...request }),
      headers: { 'content-type': 'application/json', ...headers },
    });
  /** An import as a worker left it. */
  async function left(name: string, patch: Partial<ImportRecord>, rows: KeptRow[] = []): Promise<ImportRecord> {
    const { body } = await send(name);
    const write = rows.length === 0 ? [] : [chunkWrite(world.names.events, body.import_id, 'failed', 1, rows)];
    const chunks = { failed: rows.length === 0 ? 0 : 1, planned: 0, spared: 0 };
    return (await imports().change(await stored(body.import_id), { chunks, ...patch }, {}, new Date(), write))!;
  }

  return {
    ...world,
    s3,
    sent,
    api,
    now,
    imports,
    stored,
    told,
    aName,
    call,
    get,
    control,
    post,
    send,
    presign,
    left,
    pass: (ms: number) => void (ahead += ms),
    stop: async () => void (await Promise.all([world.stop(), s3.stop()])),
  };
}
export type UploadsWorld = Awaited<ReturnType<typeof anUploadsWorld>>;
