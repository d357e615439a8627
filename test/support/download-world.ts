import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { downloadChannel } from '../../contract/channel.ts';
import type { MediaBucket } from '../../src/aws/bucket.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { type Control, controlDownload } from '../../src/downloads/control-download.ts';
import { deleteDownload } from '../../src/downloads/delete-download.ts';
import type { Download } from '../../src/downloads/download.ts';
import { repairDownloads } from '../../src/downloads/repair-downloads.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { runDownload, type RunDownloadDeps } from '../../src/downloads/run-download.ts';
import { sharedBytesTable } from '../../src/downloads/shared-bytes/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { mediaStorage } from '../../src/media/media-storage.ts';
import { sourceChain } from '../../src/media/sources/chain.ts';
import { directSource } from '../../src/media/sources/direct.ts';
import { newsTable } from '../../src/news/table.ts';
import { aDownload } from './a-download.ts';
import { countersOf } from './counters.ts';
import { aMediaWorld } from './media-world.ts';
import { someTables } from './tables.ts';

/** Real tables, a real S3, a media origin, and workers with everything real but the queue. */
export async function aDownloadWorld() {
  const [tables, media] = await Promise.all([someTables(), aMediaWorld()]);
  const downloads = downloadsTable(tables.db, tables.names);
  const attempts = attemptsTable(tables.db, tables.names);
  const repairs = repairsTable(tables.db, tables.names.downloads);
  const { discard } = mediaStorage(media.bucket, media.settings);
  const get = (id: string) => downloads.get(id);

  return {
    media,
    /** What a process of its own needs to know to be a worker of this world (`worker-program.ts`). */
    places: { s3: media.s3Url, dynamodb: tables.endpoint, names: tables.names },
    attempts,
    downloads,
    get,
    counters: () => countersOf(tables.db, tables.names.downloads),
    async request(url: string, changes: Partial<Download> = {}): Promise<string> {
      const id = randomUUID();
      await downloads.request(aDownload({ id, url, ...changes }), null, new Date());
      return id;
    },
    /** `after`: milliseconds by which its clock is ahead. */
    worker(id: string, options: { bucket?: MediaBucket; after?: number; changes?: Partial<RunDownloadDeps> } = {}) {
      const { bucket = media.bucket, after = 0, changes = {} } = options;
      const sent: string[] = [];
      const app: RunDownloadDeps = {
        attempts,
        downloads,
        sharedBytes: sharedBytesTable(tables.db, tables.names.downloads),
        resolve: sourceChain([directSource({ dispatcher: media.settings.dispatcher })]).resolve,
        ...mediaStorage(bucket, media.settings),
        queue: { send: async (message) => void sent.push(message.id) },
        now: () => new Date(Date.now() + after),
        ...changes,
      };
      const delivery = { hide: () => Promise.resolve() };
      return { sent, run: (remaining = 900_000) => runDownload(app, { id }, delivery, () => remaining) };
    },
    control: (id: string, what: Control) =>
      controlDownload(
        { downloads, discard, queue: { send: () => Promise.resolve() }, now: () => new Date() },
        id,
        what,
        undefined,
      ),
    /** Resolves when its parts are being stored; a small file has none. */
    untilStoring: (id: string) =>
      expect.poll(async () => (await get(id))?.tracks[0]?.upload ?? null, { interval: 10 }).not.toBeNull(),
    /** What listeners have been told of it. */
    told: async (id: string) =>
      (await newsTable(tables.db, tables.names.news).after(downloadChannel(id), 0)).map(({ notification }) => {
        if (notification.type !== 'download_update') throw new Error(notification.type);
        return notification.data;
      }),
    remove: (id: string) => deleteDownload({ downloads, discard, now: () => new Date() }, id),
    /** What the janitor does when it comes so many milliseconds from now. */
    async janitor(after = 120_000): Promise<void> {
      const now = () => new Date(Date.now() + after);
      await repairDownloads({ repairs, downloads, queue: { send: async () => undefined }, discard, now });
    },
    /** Bytes that are noted for deletion. */
    noted: async () => (await repairs.unsettledBefore(new Date(Date.now() + 1e12))).discarded,
    async expectStored(objects: number): Promise<void> {
      expect(await media.uploadsLeft()).toBe(0);
      expect(await media.bucket.listKeys('')).toHaveLength(objects);
    },
    stop: () => Promise.all([tables.stop(), media.stop()]),
  };
}
