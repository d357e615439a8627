import type { Download } from '../../src/downloads/download.ts';

/** A pending download, with what the test cares about changed. */
export function aDownload(changes: Partial<Download> = {}): Download {
  return {
    id: 'd1',
    owner: 'anonymous',
    seq: 1,
    url: 'https://example.com/clip.mp4',
    title: 'clip.mp4',
    thumbnail: 'http://localhost:8000/thumbnail.svg',
    quality: 'best',
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
    created_at: '2026-11-23T10:00:00.000Z',
    started_at: null,
    completed_at: null,
    expires_at: null,
    unsettled_since: '2026-11-23T10:00:00.000Z',
    attempt: null,
    lease_expires_at: null,
    bytes_reached: 0,
    idle_attempts: 0,
    tracks: [],
    ...changes,
  };
}

/** So many seconds after the download was asked for. */
export const at = (seconds: number): Date => new Date(Date.parse('2026-11-23T10:00:00.000Z') + seconds * 1000);
