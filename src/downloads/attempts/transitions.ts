import type { DownloadFailureCode } from '../../../contract/download-failure.ts';
import { nothingStored, type Download } from '../download.ts';

export const LEASE_SECONDS = 30;

/** Why a download failed, and what could be asked for instead. */
export type Failure = { code: DownloadFailureCode; choices?: readonly string[] };

export const leaseFrom = (now: Date): string => new Date(now.getTime() + LEASE_SECONDS * 1000).toISOString();

/** How long its worker still has it, unless it renews; 0 when nobody does. */
export function secondsHeld({ status, lease_expires_at }: Download, now: Date): number {
  if (status !== 'downloading' || lease_expires_at === null) return 0;
  return Math.max(0, (Date.parse(lease_expires_at) - now.getTime()) / 1000);
}

export function claimed(download: Download, token: string, now: Date): Partial<Download> {
  return {
    status: 'downloading',
    phase: 'resolving',
    attempt: token,
    lease_expires_at: leaseFrom(now),
    started_at: download.started_at ?? now.toISOString(),
    unsettled_since: null,
    // What is stored stays, and the bar where it is.
    ...(download.tracks.some(({ upload, bytes }) => upload !== null || bytes !== null)
      ? {}
      : { bytes_downloaded: 0, bytes_merged: 0 }),
    speed: null,
    eta: null,
    // Counted as idle until it comes further than those before: a worker that dies early never gets to say so.
    idle_attempts: download.idle_attempts + 1,
  };
}

export function ended(now: Date): Partial<Download> {
  return {
    phase: null,
    speed: null,
    eta: null,
    attempt: null,
    lease_expires_at: null,
    unsettled_since: null,
    completed_at: now.toISOString(),
  };
}

export type Stored = { bytes: number; media_key: string };

export const completed = ({ bytes, media_key }: Stored, now: Date): Partial<Download> => ({
  ...ended(now),
  status: 'completed',
  bytes_downloaded: bytes,
  bytes_total: bytes,
  file_size: bytes,
  media_key,
  tracks: [],
});

export const failed = ({ code, choices = [] }: Failure, now: Date): Partial<Download> => ({
  ...ended(now),
  ...nothingStored,
  status: 'failed',
  error_code: code,
  error_choices: [...choices],
});
