import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ImportMode } from '../../contract/import.ts';
import * as routes from '../../contract/upload-routes.ts';
import { slugOf } from '../../contract/slug.ts';
import { controlImport, type Control, type ControlImportDeps } from '../imports/control-import.ts';
import { cleanFileName, withoutExtension } from '../imports/file-name.ts';
import { findImport } from '../imports/find-import.ts';
import { importView, type ImportRecord, type NewImport } from '../imports/import.ts';
import { listImports } from '../imports/list-imports.ts';
import { listRows } from '../imports/list-rows.ts';
import { presignUpload, type PresignUploadDeps } from '../imports/presign-upload.ts';
import { receiveUpload, type ReceiveUploadDeps } from '../imports/receive-upload.ts';
import type { ImportsTable } from '../imports/table.ts';
import { TEMPLATE_CSV } from '../imports/template-csv.ts';
import { errorsOf } from './field-errors.ts';
import { OWNER } from './owner.ts';
import { languageOf, Refused } from './problem.ts';
import { readUploadForm } from './read-upload-form.ts';

export type UploadsApiDeps = ReceiveUploadDeps & PresignUploadDeps & ControlImportDeps & { imports: ImportsTable };

export function uploadsApi(api: OpenAPIHono, app: UploadsApiDeps): void {
  // Only told of: forms are read here, for what is wrong with one is seldom a field.
  for (const route of [routes.uploadEvents, routes.upload]) {
    api.openAPIRegistry.registerPath(route);
    api.post(route.path, (c) => postForm(app, c));
  }

  api.openapi(routes.presignUpload, async (c) => {
    const { size, ...named } = c.req.valid('json');
    const outcome = await presignUpload(app, {
      ...newImportOf(c, named),
      size,
      idempotencyKey: c.req.valid('header')['idempotency-key'],
      viewerHost: c.req.header('x-viewer-host'),
    });
    if (outcome.kind !== 'presigned') throw notBegun(outcome);
    c.header('location', `/uploads/${outcome.answer.import_id}`);
    return c.json(outcome.answer, 201);
  });

  // Before the imports: it is not the one of that name.
  api.openapi(routes.getTemplate, (c) =>
    c.body(TEMPLATE_CSV, 200, {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="eventos-modelo.csv"',
    }),
  );

  api.openapi(routes.listUploads, async (c) => {
    const { imports, cursor } = await listImports(app.imports, { owner: OWNER, ...c.req.valid('query') });
    return c.json({ uploads: imports.map((record) => importView(record, languageIn(c))), next_cursor: cursor }, 200);
  });

  api.openapi(routes.getUpload, async (c) =>
    c.json(importView(await existing(app, c.req.valid('param').id), languageIn(c)), 200),
  );

  api.openapi(routes.listUploadRows, async (c) => {
    const { status, cursor } = c.req.valid('query');
    const record = await existing(app, c.req.valid('param').id);
    const asked = { kind: status, page: cursor ?? 1, language: languageIn(c) };
    return c.json(await listRows(app.imports, record, asked), 200);
  });

  api.openAPIRegistry.registerPath(routes.getFailedCsv);

  const controlled = async (c: Context, control: Control, id: string, key: string | undefined) =>
    importView(done(await controlImport(app, { owner: OWNER, ref: id }, control, key)), languageIn(c));
  api.openapi(routes.cancelUpload, async (c) =>
    c.json(await controlled(c, 'cancel', c.req.valid('param').id, c.req.valid('header')['idempotency-key']), 202),
  );
  api.openapi(routes.commitUpload, async (c) =>
    c.json(await controlled(c, 'commit', c.req.valid('param').id, c.req.valid('header')['idempotency-key']), 202),
  );
  api.openapi(routes.undoUpload, async (c) =>
    c.json(await controlled(c, 'undo', c.req.valid('param').id, c.req.valid('header')['idempotency-key']), 202),
  );
}

const languageIn = (c: Context) => languageOf(c.req.header('accept-language'));

async function postForm(app: UploadsApiDeps, c: Context): Promise<Response> {
  const headers = routes.upload.request.headers.safeParse(c.req.header());
  if (!headers.success) {
    throw new Refused('invalid_request', { errors: errorsOf(headers.error.issues, languageIn(c)) });
  }
  const body = new Uint8Array(await c.req.arrayBuffer());
  const form = await readUploadForm(c.req.header('content-type') ?? '', body, languageIn(c));
  const { file, fileName, upload_id, mode } = form;
  const outcome = await receiveUpload(app, {
    ...newImportOf(c, { file_name: fileName, upload_id, mode }),
    file,
    idempotencyKey: headers.data['idempotency-key'],
  });
  if (!('view' in outcome)) throw notBegun(outcome);
  c.header('location', `/uploads/${outcome.view.import_id}`);
  return c.json(outcome.view, 202);
}

type Named = { file_name: string; upload_id?: string | undefined; mode: ImportMode };

function newImportOf(c: Context, { file_name, upload_id, mode }: Named): NewImport {
  const fileName = cleanFileName(file_name);
  const uploadId = slugOf(upload_id ?? withoutExtension(fileName));
  if (uploadId === null) {
    const message = {
      pt: 'Dê um nome que tenha letras de A a Z ou números.',
      en: 'Give a name that has letters from A to Z or digits.',
    };
    const errors = [{ field: 'upload_id', code: 'no_name', message: message[languageIn(c)] }];
    throw new Refused('invalid_request', { errors });
  }
  return { owner: OWNER, uploadId, fileName: fileName === '' ? `${uploadId}.csv` : fileName, mode };
}

function notBegun(outcome: { kind: 'conflict' } | { kind: 'running'; importId: string }): Refused {
  if (outcome.kind === 'conflict') return new Refused('idempotency_conflict');
  return new Refused('upload_running', { import_id: outcome.importId });
}

async function existing(app: UploadsApiDeps, ref: string): Promise<ImportRecord> {
  const record = await findImport(app.imports, { owner: OWNER, ref });
  if (record === null) throw new Refused('upload_not_found');
  return record;
}

/** The import there is now; else throws why it was not done. */
function done(outcome: Awaited<ReturnType<typeof controlImport>>): ImportRecord {
  switch (outcome.kind) {
    case 'done':
      return outcome.record;
    case 'missing':
      throw new Refused('upload_not_found');
    case 'expired':
      throw new Refused('file_expired');
    case 'refused':
      throw new Refused('import_wrong_status', { detail: `status: ${outcome.record.status}` });
  }
}
