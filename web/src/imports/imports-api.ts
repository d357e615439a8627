import {
  importList,
  importRows,
  importView,
  presignedUpload,
  type ImportMode,
  type ImportView,
} from '../../../contract/import.ts';
import { call, callForNothing } from '../api/call.ts';
import { newKey } from '../api/new-key.ts';
import { sendForm } from './send-form.ts';

/** So much is sent before anybody wonders how far it is; what is larger goes to S3 and shows its progress. */
const QUICK_BYTES = 256 * 1024;

export type RowsWanted = 'failed' | 'planned' | 'spared';

const pathOf = (id: string) => `/uploads/${encodeURIComponent(id)}`;

export const listImports = (cursor: string | null, signal: AbortSignal) =>
  call(importList, `/uploads?limit=50${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`, { signal });

export const getImport = (id: string, signal: AbortSignal) => call(importView, pathOf(id), { signal });

export function listRows(id: string, status: RowsWanted, cursor: number | null, signal: AbortSignal) {
  const query = new URLSearchParams({ status, ...(cursor !== null && { cursor: String(cursor) }) });
  return call(importRows, `${pathOf(id)}/rows?${query}`, { signal });
}

export const controlImport = (id: string, control: 'cancel' | 'commit' | 'undo') =>
  call(importView, `${pathOf(id)}/${control}`, { method: 'POST', idempotencyKey: newKey() });

/** Sends a file the way its size asks for; `sent` is told how much of it has left, from 0 to 1. */
export async function sendFile(file: File, mode: ImportMode, sent: (part: number) => void): Promise<ImportView> {
  if (file.size <= QUICK_BYTES) {
    const form = formOf({ mode }, file);
    return call(importView, '/uploads', { method: 'POST', body: form, idempotencyKey: newKey() });
  }
  const body = { file_name: file.name, mode, size: file.size };
  const presigned = await call(presignedUpload, '/uploads/presign', { method: 'POST', body, idempotencyKey: newKey() });
  try {
    await sendForm(presigned.url, formOf(presigned.fields, file), sent);
  } catch (error) {
    // Or its name would be taken until the form is no longer valid.
    await callForNothing(`${pathOf(presigned.import_id)}/cancel`, { method: 'POST', idempotencyKey: newKey() });
    throw error;
  }
  return presigned;
}

/** What S3 signs comes first, the file last. */
function formOf(fields: Record<string, string>, file: File): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', file, file.name);
  return form;
}
