import { expect, test } from 'vitest';
import type { Download } from '../../src/downloads/download.ts';
import { downloadNews } from '../../src/downloads/download-news.ts';
import { followDownload } from '../../src/live/follow-download.ts';
import { type Told } from '../../src/live/told.ts';
import type { DownloadStreamEvent } from '../../contract/stream-event.ts';
import type { Seq } from '../../contract/notification.ts';
import { isLater, type News } from '../../src/news/news.ts';
import { aDownload, at } from '../support/a-download.ts';

const running = (seq: number, bytes = seq): Download =>
  aDownload({ seq, status: 'downloading', phase: 'downloading', bytes_total: 100, bytes_downloaded: bytes });
const newsOf = (download: Download): News => downloadNews(null, download, at(download.seq));

/** A download and its news as the tables would give them; each look sees one more of `later`. */
function aWorld(download: Download | null, kept: News[], later: News[] = []) {
  const told = [...kept];
  const waiting = [...later];
  return {
    downloads: { get: async () => download },
    news: {
      oldest: async () => null,
      async after(_channel: string, seq: Seq) {
        const found = told.filter((entry) => isLater(entry.seq, seq));
        const next = waiting.shift();
        if (next !== undefined) told.push(next);
        return found;
      },
    },
    now: () => at(0),
  };
}
async function hear(app: ReturnType<typeof aWorld>, heard: number | null, signal = new AbortController().signal) {
  const followed = await followDownload(app, 'd1', heard, signal);
  if (followed.kind !== 'live') return followed.kind;
  const all: Told<DownloadStreamEvent>[] = [];
  for await (const entry of followed.told) all.push(entry);
  return all.map((entry) => (entry === 'heartbeat' ? entry : [entry.seq, entry.event.type]));
}
const done = aDownload({ seq: 5, status: 'completed' });

test('a first listener hears hello, the present state, what follows and the end', async () => {
  const app = aWorld(running(3), [newsOf(running(2)), newsOf(running(3))], [newsOf(running(4)), newsOf(done)]);
  expect(await hear(app, null)).toEqual([
    [0, 'connection_established'],
    [3, 'progress_update'],
    [4, 'progress_update'],
    [5, 'download_completed'],
  ]);
});

test('a listener that comes back hears what it missed, nothing twice, and no second hello', async () => {
  const app = aWorld(done, [newsOf(running(2)), newsOf(running(3)), newsOf(done)]);
  expect(await hear(app, 2)).toEqual([
    [3, 'progress_update'],
    [5, 'download_completed'],
  ]);
});

test('a listener whose news has expired hears the present state', async () => {
  expect(await hear(aWorld(done, []), 1)).toEqual([[5, 'download_completed']]);
});

test('a listener that has heard the end is told so, and a stranger to a missing download that it is missing', async () => {
  expect(await hear(aWorld(done, [newsOf(done)]), 5)).toBe('over');
  expect(await hear(aWorld(null, []), null)).toBe('missing');
  expect(await hear(aWorld(null, []), 7)).toBe('missing');
});

test('a deletion ends the stream, also for a listener that comes back after it', async () => {
  const deleted = aDownload({ seq: 6, status: 'cancelled', error_code: 'deleted' });
  expect(await hear(aWorld(null, [newsOf(deleted)]), 3)).toEqual([[6, 'download_cancelled']]);
  expect(await hear(aWorld(null, [newsOf(deleted)]), 6)).toBe('over');
});

test('a stream ends when its time is up', async () => {
  expect(await hear(aWorld(running(3), []), 3, AbortSignal.abort())).toEqual([]);
});
