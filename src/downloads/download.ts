import { ulid } from 'ulid';
import * as z from 'zod';
import { phase, quality, status, type DownloadView, type Status } from '../../contract/download.ts';
import { storedUpload } from '../media/stored-upload.ts';
import {
  downloadFailureMessage,
  isDownloadFailureCode,
  type DownloadFailureCode,
} from '../../contract/download-failure.ts';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

/** Its unfinished upload, when there is one; and its bytes, once it is stored whole. */
const storedTrack = z.object({ upload: nullable(storedUpload), bytes: nullable(z.int()) });
export type StoredTrack = z.infer<typeof storedTrack>;

/** A download as it is stored: what everybody may know, and what only the system needs. */
export const downloadRecord = z.object({
  id: z.string(),
  owner: z.string(),
  /** The version of this record, counted up by every change; also the `seq` of the change's news. */
  seq: z.int(),
  url: z.string(),
  title: z.string(),
  thumbnail: z.string(),
  quality,
  status,
  phase: nullable(phase),
  duration: nullable(z.number()),
  bytes_downloaded: z.int(),
  /** How much of its two tracks has been put together. */
  bytes_merged: z.int().default(0),
  bytes_total: nullable(z.int()),
  speed: nullable(z.number()),
  eta: nullable(z.number()),
  error_code: nullable(z.custom<DownloadFailureCode>(isDownloadFailureCode)),
  /** What could be asked for instead. */
  error_choices: z.array(z.string()).default([]),
  file_name: nullable(z.string()),
  file_size: nullable(z.int()),
  content_type: nullable(z.string()),
  format: nullable(z.string()),
  media_key: nullable(z.string()),
  /** What the bytes are of, by which others may come to share them (`sourceKeyOf`); null: they are its own. */
  source_key: nullable(z.string()),
  /** Its bytes were stored already by an earlier download. */
  shared: z.boolean().default(false),
  created_at: z.string(),
  started_at: nullable(z.string()),
  completed_at: nullable(z.string()),
  /** Set when it ends, where what has ended is kept for so long only. */
  expires_at: nullable(z.string()),
  /** Set until the queue is known to have the message. */
  unsettled_since: nullable(z.string()),
  /** The token of the worker that holds it, until `lease_expires_at`. */
  attempt: nullable(z.string()),
  lease_expires_at: nullable(z.string()),
  /** How far any attempt has come, and the attempts in a row that came no further. */
  bytes_reached: z.int(),
  idle_attempts: z.int(),
  /** What is stored of each track until the whole is: whoever takes over goes on from there. */
  tracks: z.array(storedTrack).default([]),
});
export type Download = z.infer<typeof downloadRecord>;

/** Of a download that has let go of its bytes. */
export const nothingStored = { media_key: null, source_key: null, tracks: [] } satisfies Partial<Download>;

/** Unguessable enough for a link, and in the order of time. */
export const newDownloadId = (): string => ulid();

const OVER: readonly Status[] = ['completed', 'failed', 'cancelled'];
export const isOver = (download: Pick<Download, 'status'>): boolean => OVER.includes(download.status);

/** Merging moves every byte once more, but within S3: ten of its bytes take about as long as one from a source. */
const MERGED_WEIGHT = 0.1;

/** Percent with one decimal, of all tracks and their merge: 0 until the size is known, below 100 until everything is stored. */
export function progressOf({ status, bytes_downloaded, bytes_merged, bytes_total, tracks }: Download): number {
  if (status === 'completed') return 100;
  if (bytes_total === null || bytes_total === 0) return 0;
  const weight = tracks.length > 1 ? MERGED_WEIGHT : 0;
  const done = (bytes_downloaded + bytes_merged * weight) / (bytes_total * (1 + weight));
  return Math.min(99.9, Math.floor(done * 1000) / 10);
}

export type Language = 'pt' | 'en';

/** What everybody may know of it, its error told in the listener's language. */
export function viewOf(download: Download, language: Language = 'pt'): DownloadView {
  const { id, url, title, thumbnail, status, quality, duration, phase, bytes_downloaded, bytes_total } = download;
  const { speed, eta, error_code, error_choices, file_size, format, shared } = download;
  const { created_at, started_at, completed_at, expires_at } = download;
  return {
    id,
    url,
    title,
    thumbnail,
    status,
    progress: progressOf(download),
    quality,
    duration,
    phase,
    bytes_downloaded,
    bytes_total,
    speed,
    eta,
    error_code,
    error_message: error_code === null ? null : downloadFailureMessage(error_code, error_choices, language),
    file_path: status === 'completed' ? `/downloads/${id}/file` : null,
    file_size,
    format,
    shared,
    created_at,
    started_at,
    completed_at,
    expires_at,
  };
}
