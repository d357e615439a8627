import type { AcceptedDownload, Quality } from '../../contract/download.ts';
import { requestDownload, type RequestDownloadDeps } from './request-download.ts';

export type BatchRequest = { owner: string; urls: string[]; quality: Quality; idempotencyKey: string | undefined };

/** An answer for each URL that was asked for, by its place. */
export type BatchOutcome = { kind: 'answered'; answers: Map<number, AcceptedDownload> } | { kind: 'conflict' };

/**
 * Asks for many downloads, each in a transaction of its own. With an Idempotency-Key each place in the batch has a key of its own,
 * bound to the whole batch: one that was cut short is completed when it is sent again, and nothing is asked for twice.
 */
export async function requestBatch(
  app: RequestDownloadDeps,
  batch: BatchRequest,
  isAllowed: (place: number) => boolean,
): Promise<BatchOutcome> {
  const answers = new Map<number, AcceptedDownload>();
  const { owner, quality, idempotencyKey } = batch;
  for (const [place, url] of batch.urls.entries()) {
    if (!isAllowed(place)) continue;
    const key = idempotencyKey === undefined ? undefined : `batch#${place}#${idempotencyKey}`;
    const outcome = await requestDownload(app, { owner, url, quality, idempotencyKey: key, partOf: batch.urls });
    if (outcome.kind === 'conflict') return outcome;
    answers.set(place, outcome.answer);
  }
  return { kind: 'answered', answers };
}
