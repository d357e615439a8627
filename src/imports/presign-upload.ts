import type { ImportView } from '../../contract/import.ts';
import { MAX_UPLOAD_BYTES } from '../../contract/import.ts';
import type { UploadForm, UploadsBucket } from '../aws/uploads-bucket.ts';
import { beginImport, type BeginImportDeps, type Begun } from './begin-import.ts';
import { fileKey, type NewImport } from './import.ts';

const FORM_SECONDS = 60 * 60;
/** S3 takes a form that came in time; five gigabytes then take theirs. */
const FILE_WITHIN_MS = 3 * FORM_SECONDS * 1000;

export type PresignUploadDeps = BeginImportDeps & { uploads: Pick<UploadsBucket, 'presignedPost'> };

export type UploadRequest = NewImport & {
  /** Of the file, when that is known. */
  size: number | undefined;
  idempotencyKey: string | undefined;
  viewerHost: string | undefined;
};

export type Presigned =
  | { kind: 'presigned'; answer: ImportView & UploadForm & { expires_at: string } }
  | Exclude<Begun, { record: unknown }>;

/** Begins an import whose file goes to S3 directly, by a form that is valid for an hour from the first request on. */
export async function presignUpload(app: PresignUploadDeps, upload: UploadRequest): Promise<Presigned> {
  const { size, idempotencyKey, viewerHost, ...request } = upload;
  const repeatable = idempotencyKey === undefined ? null : { route: 'POST /uploads/presign', key: idempotencyKey };
  const begun = await beginImport(app, request, {
    fileWithinMs: FILE_WITHIN_MS,
    repeatable: repeatable && { ...repeatable, body: { ...request, size } },
  });
  if (!('record' in begun)) return begun;
  const expiresAt = Date.parse(begun.record.created_at) + FORM_SECONDS * 1000;
  const form = await app.uploads.presignedPost(fileKey(begun.record.id), {
    bytes: { least: size ?? 0, most: size ?? MAX_UPLOAD_BYTES },
    expiresSeconds: Math.floor((expiresAt - app.now().getTime()) / 1000),
    viewerHost,
  });
  return { kind: 'presigned', answer: { ...begun.view, ...form, expires_at: new Date(expiresAt).toISOString() } };
}
