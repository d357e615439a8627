import { batchAnswer, cleared, downloadList, type BatchAnswer } from '../../../contract/download-answers.ts';
import {
  acceptedDownload,
  download,
  type DownloadView,
  type Quality,
  type Status,
} from '../../../contract/download.ts';
import { inspection } from '../../../contract/inspection.ts';
import { queueStats } from '../../../contract/snapshot.ts';
import { call, callForNothing } from '../api/call.ts';
import { RequestFailed } from '../api/request-failed.ts';

export type DownloadFilter = { status: Status | null; q: string };
export type Control = 'cancel' | 'pause' | 'resume' | 'retry';

export const PAGE = 100;
/** The server takes so many at once. */
export const MAX_BATCH = 100;

const pathOf = (id: string) => `/downloads/${encodeURIComponent(id)}`;
export const fileOf = (id: string): string => `${pathOf(id)}/file`;

export function listDownloads({ status, q }: DownloadFilter, cursor: string | null, signal?: AbortSignal) {
  const query = new URLSearchParams({ limit: String(PAGE) });
  if (status !== null) query.set('status', status);
  if (q !== '') query.set('q', q);
  if (cursor !== null) query.set('cursor', cursor);
  return call(downloadList, `/downloads?${query}`, signal === undefined ? {} : { signal });
}

/** Null: there is no such download. */
export async function getDownload(id: string): Promise<DownloadView | null> {
  try {
    return await call(download, pathOf(id));
  } catch (error) {
    if (error instanceof RequestFailed && error.status === 404) return null;
    throw error;
  }
}

export const requestDownload = (url: string, quality: Quality, idempotencyKey: string) =>
  call(acceptedDownload, '/downloads', { method: 'POST', body: { url, quality }, idempotencyKey });

/** An answer for each, in their order. */
export async function requestBatch(urls: string[], quality: Quality, key: string): Promise<BatchAnswer['results']> {
  const results: BatchAnswer['results'] = [];
  for (let from = 0; from < urls.length; from += MAX_BATCH) {
    const body = { urls: urls.slice(from, from + MAX_BATCH), quality };
    const answer = await call(batchAnswer, '/downloads/batch', {
      method: 'POST',
      body,
      idempotencyKey: `${key}-${from}`,
    });
    results.push(...answer.results);
  }
  return results;
}

export const controlDownload = (id: string, control: Control, idempotencyKey: string) =>
  call(download, `${pathOf(id)}/${control}`, { method: 'POST', idempotencyKey });

/** Deleting what is gone already is no error. */
export async function deleteDownload(id: string): Promise<void> {
  try {
    await callForNothing(pathOf(id), { method: 'DELETE', keepalive: true });
  } catch (error) {
    if (!(error instanceof RequestFailed && error.status === 404)) throw error;
  }
}

/** Deletes all finished ones of a status. */
export async function clearDownloads(status: Status): Promise<number> {
  for (let deleted = 0; ;) {
    const answer = await call(cleared, `/downloads?status=${status}`, { method: 'DELETE' });
    deleted += answer.deleted;
    if (!answer.more) return deleted;
  }
}

export const inspectUrl = (url: string, signal: AbortSignal) =>
  call(inspection, '/downloads/inspect', { method: 'POST', body: { url }, signal });

export const placeOf = (id: string) => call(queueStats, `/downloads/queue?download_id=${encodeURIComponent(id)}`);
