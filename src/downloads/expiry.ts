import { isOver, type Download } from './download.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** The download with the time it is to be deleted, which is so many days after its end; null: it has not ended, or is kept. */
export function withExpiry(download: Download, retentionDays: number | undefined): Download {
  const { completed_at } = download;
  const kept = retentionDays === undefined || completed_at === null || !isOver(download);
  const expires_at = kept ? null : new Date(Date.parse(completed_at) + retentionDays * DAY_MS).toISOString();
  return { ...download, expires_at };
}

export function hasExpired({ expires_at }: Pick<Download, 'expires_at'>, now: Date): boolean {
  return expires_at !== null && Date.parse(expires_at) <= now.getTime();
}
