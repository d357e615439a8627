import { createHash } from 'node:crypto';
import type { UploadsBucket } from '../aws/uploads-bucket.ts';
import { beginImport, SENT_WITHIN_MS, type BeginImportDeps, type Begun } from './begin-import.ts';
import { fileKey, type NewImport } from './import.ts';

export type ReceiveUploadDeps = BeginImportDeps & { uploads: Pick<UploadsBucket, 'put'> };

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
    await app.uploads.put(fileKey(begun.record.id), file);
  }
  return begun;
}
