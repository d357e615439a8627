import { createHash } from 'node:crypto';
import { log } from '../aws/log.ts';
import type { UploadsBucket } from '../aws/uploads-bucket.ts';
import { beginImport, SENT_WITHIN_MS, type BeginImportDeps, type Begun } from './begin-import.ts';
import { endedAs, endTold } from './holds/table.ts';
import { fileKey, type ImportRecord, type NewImport } from './import.ts';
import type { ImportsTable } from './table.ts';

export type ReceiveUploadDeps = BeginImportDeps & {
  uploads: Pick<UploadsBucket, 'put'>;
  imports: Pick<ImportsTable, 'change'>;
};

export type ReceivedUpload = NewImport & { file: Buffer; idempotencyKey: string | undefined };

/** Begins an import and stores its file, whose arrival S3 announces to the workers. */
export async function receiveUpload(app: ReceiveUploadDeps, upload: ReceivedUpload): Promise<Begun> {
  const { file, idempotencyKey, ...request } = upload;
  const sha256 = createHash('sha256').update(file).digest('hex');
  const repeatable = idempotencyKey === undefined ? null : { route: 'POST /uploads', key: idempotencyKey };
  const begun = await beginImport(app, request, {
    fileWithinMs: SENT_WITHIN_MS,
    repeatable: repeatable && { ...repeatable, body: { ...request, sha256 } },
  });
  if ('record' in begun && begun.record.status === 'waiting') {
    // Of a repeated request too: the first may have died between its record and its file.
    await app.uploads.put(fileKey(begun.record.id), file).catch(async (error: unknown) => {
      // With a key the same request will come again, and go on with this one.
      if (repeatable === null) await freeName(app, begun.record);
      throw error;
    });
  }
  return begun;
}

/** Ends an import whose file could not be stored, so that its name can be used again at once. */
async function freeName(app: ReceiveUploadDeps, record: ImportRecord): Promise<void> {
  const now = app.now();
  const patch = endedAs(record, { status: 'failed', error_code: 'file_never_came' }, now);
  await app.imports
    .change(record, patch, endTold(record, patch, {}, now), now)
    .catch((error: unknown) => log.warn('left to the janitor', { import_id: record.id, error }));
}
