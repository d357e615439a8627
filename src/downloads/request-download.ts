import { acceptedDownload, type AcceptedDownload, type Quality } from '../../contract/download.ts';
import { log } from '../aws/log.ts';
import { titleOf } from '../media/media-name.ts';
import { enqueue, type EnqueueDeps } from './enqueue.ts';
import { viewOf, type Download } from './download.ts';
import type { DownloadsTable } from './table.ts';

export type RequestDownloadDeps = EnqueueDeps & {
  downloads: Pick<DownloadsTable, 'request' | 'settle'>;
  /** Shown until, and unless, the source has a picture. */
  placeholderThumbnail: string;
  now: () => Date;
  newId: () => string;
};

export type DownloadRequest = {
  owner: string;
  url: string;
  quality: Quality;
  idempotencyKey: string | undefined;
  /** The URLs of the batch it came in: its key is bound to all of them. */
  partOf?: string[];
};

/** The answer to the same Idempotency-Key is the same answer; `conflict`: the key came with another body. */
export type Requested = { kind: 'accepted' | 'repeated'; answer: AcceptedDownload } | { kind: 'conflict' };

/** Stores the request before anything is fetched; once this resolves, no crash loses it. */
export async function requestDownload(app: RequestDownloadDeps, request: DownloadRequest): Promise<Requested> {
  const now = app.now();
  const download = newDownload(app, request, now);
  const answer = {
    ...viewOf(download),
    ws: `/ws/downloads/${download.id}`,
    stream: `/downloads/${download.id}/stream`,
  };
  const outcome = await app.downloads.request(download, repeatable(request, answer), now);
  if (outcome.kind === 'conflict') return outcome;
  if (outcome.kind === 'repeated') {
    return { kind: 'repeated', answer: acceptedDownload.parse(JSON.parse(outcome.answer)) };
  }
  log.info('download accepted', { download_id: download.id });
  await enqueue(app, download.id);
  return { kind: 'accepted', answer };
}

function repeatable({ owner, url, quality, idempotencyKey, partOf }: DownloadRequest, answer: AcceptedDownload) {
  if (idempotencyKey === undefined) return null;
  return {
    owner,
    route: 'POST /downloads',
    key: idempotencyKey,
    body: { url, quality, partOf },
    answer: JSON.stringify(answer),
  };
}

function newDownload(app: RequestDownloadDeps, { owner, url, quality }: DownloadRequest, now: Date): Download {
  return {
    id: app.newId(),
    owner,
    seq: 1,
    url,
    // Something to read until the source has told its title.
    title: titleOf(undefined, new URL(url)),
    thumbnail: app.placeholderThumbnail,
    quality,
    status: 'pending',
    phase: null,
    duration: null,
    bytes_downloaded: 0,
    bytes_merged: 0,
    bytes_total: null,
    speed: null,
    eta: null,
    error_code: null,
    error_choices: [],
    file_name: null,
    file_size: null,
    content_type: null,
    format: null,
    media_key: null,
    source_key: null,
    shared: false,
    created_at: now.toISOString(),
    started_at: null,
    completed_at: null,
    expires_at: null,
    unsettled_since: now.toISOString(),
    attempt: null,
    lease_expires_at: null,
    bytes_reached: 0,
    idle_attempts: 0,
    tracks: [],
  };
}
