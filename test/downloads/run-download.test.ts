import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TryAgainIn } from '../../src/aws/each-message.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { runDownload, type RunDownloadDeps } from '../../src/downloads/run-download.ts';
import { sharedBytesTable } from '../../src/downloads/shared-bytes/table.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import { repairsTable } from '../../src/downloads/repairs/table.ts';
import { OutOfTime } from '../../src/keep-hold.ts';
import { BeginAnew } from '../../src/media/interruptions.ts';
import { SourceFailed } from '../../src/media/source-failed.ts';
import type { Resolved, Track } from '../../src/media/source.ts';
import type { StoredUpload } from '../../src/media/stored-upload.ts';
import { aDownload, at } from '../support/a-download.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
let id: string;
let made = 0;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());
beforeEach(async () => {
  id = `run${(made += 1)}`;
  await downloads().request(aDownload({ id }), null, at(0));
});
const downloads = () => downloadsTable(world.db, world.names);

const track: Track = {
  kind: 'whole',
  url: 'https://example.com/clip.mp4',
  headers: {},
  length: 10,
  ranges: true,
  validators: {},
  contentType: 'video/mp4',
  extension: 'mp4',
};
const resolved: Resolved = {
  title: 'Filme.mp4',
  thumbnail: null,
  duration: null,
  chosen: null,
  contentType: 'video/mp4',
  extension: 'mp4',
  tracks: [track],
};
const upload: StoredUpload = { upload_id: 'upload-1', part_bytes: 5, length: 10, validators: {} };

function aWorker(changes: Partial<RunDownloadDeps> = {}) {
  const discarded: string[] = [];
  const hidden: number[] = [];
  const sent: string[] = [];
  const app: RunDownloadDeps = {
    attempts: attemptsTable(world.db, world.names),
    downloads: downloads(),
    sharedBytes: sharedBytesTable(world.db, world.names.downloads),
    stored: () => Promise.resolve(null),
    resolve: () => Promise.resolve(resolved),
    fetchTrack: () => Promise.resolve({ bytes: 10 }),
    merge: () => Promise.resolve({ bytes: 21 }),
    discard: async (key) => void discarded.push(key),
    abandon: async (key) => void discarded.push(`uploads of ${key}`),
    queue: { send: async ({ id }) => void sent.push(id) },
    now: () => at(1),
    ...changes,
  };
  const delivery = { hide: async (seconds: number) => void hidden.push(seconds) };
  const run = (remaining = 900_000) => runDownload(app, { id }, delivery, () => remaining);
  return { run, discarded, hidden, sent };
}
const untilAborted = ({ signal }: { signal: AbortSignal }) =>
  new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

test('a download is fetched, stored and completed', async () => {
  await aWorker().run();
  expect(await downloads().get(id)).toMatchObject({
    status: 'completed',
    title: 'Filme.mp4',
    file_size: 10,
    format: 'mp4',
    media_key: expect.stringContaining(`media/${id}/`),
    tracks: [],
  });
});

test('picture and sound are stored one after the other, merged, and only the merged file stays', async () => {
  const keys: string[] = [];
  const worker = aWorker({
    resolve: async () => ({
      ...resolved,
      tracks: [
        { ...track, kind: 'video', length: 20 },
        { ...track, kind: 'audio', length: 1 },
      ],
    }),
    fetchTrack: async ({ length }, { key }, { onProgress }) => {
      keys.push(key);
      onProgress(length ?? 0);
      return { bytes: length ?? 0 };
    },
  });
  await worker.run();
  const stored = await downloads().get(id);
  const prefix = keys[0]?.replace('/video', '');
  expect(keys).toEqual([`${prefix}/video`, `${prefix}/audio`]);
  expect(stored).toMatchObject({ status: 'completed', file_size: 21, bytes_total: 21 });
  expect(stored?.media_key).toMatch(new RegExp(`^${prefix}/`));
  expect(worker.discarded).toEqual([prefix]);
});

test('the message is hidden for the length of a lease before anything else', async () => {
  const { run, hidden } = aWorker();
  await run();
  expect(hidden[0]).toBe(30);
});

test('delivered again after its end, the message does nothing', async () => {
  await aWorker().run();
  await aWorker({ resolve: () => Promise.reject(new Error('must not be asked')) }).run();
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test('delivered to two workers at once, one works and the other waits for its lease', async () => {
  let asked = 0;
  const resolve = async () => {
    asked += 1;
    return resolved;
  };
  const results = await Promise.allSettled([aWorker({ resolve }).run(), aWorker({ resolve }).run()]);
  expect(asked).toBe(1);
  const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(refused.every((reason) => reason instanceof TryAgainIn)).toBe(true);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test("the source's failure ends the download with its code, and what was stored is thrown away", async () => {
  await aWorker({ resolve: () => Promise.reject(new SourceFailed('source_not_found', '404')) }).run();
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'source_not_found', attempt: null });
});

test('what a failed download had stored is thrown away', async () => {
  const worker = aWorker({ fetchTrack: () => Promise.reject(new SourceFailed('source_interrupted', 'x')) });
  await worker.run();
  expect(worker.discarded).toEqual([expect.stringContaining(`media/${id}/`)]);
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', media_key: null, tracks: [] });
});

test('a failure of our own lets go, and the next delivery takes over at once and goes on with the upload', async () => {
  const broken = aWorker({
    fetchTrack: async (_track, _into, { onUploadCreated, onProgress }) => {
      await onUploadCreated(upload);
      onProgress(5);
      throw new Error('S3 is down');
    },
  });
  await expect(broken.run()).rejects.toThrow(TryAgainIn);
  const left = await downloads().get(id);
  expect(left).toMatchObject({ status: 'downloading', tracks: [{ upload, bytes: null }] });
  const given: unknown[] = [];
  const next = aWorker({
    fetchTrack: async (_track, into) => {
      given.push(into);
      return { bytes: 10 };
    },
  });
  await next.run();
  expect(given).toEqual([{ key: left?.media_key, upload }]);
  expect([broken.discarded, next.discarded]).toEqual([[], []]);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed', media_key: left?.media_key, tracks: [] });
});

test('a worker that died before it had an upload leaves a key that is not used again, and what may be under it goes', async () => {
  const dead = aWorker({ fetchTrack: () => Promise.reject(new Error('killed')) });
  await expect(dead.run()).rejects.toThrow(TryAgainIn);
  const left = await downloads().get(id);
  const next = aWorker();
  await next.run();
  expect(next.discarded).toEqual([left?.media_key]);
  expect((await downloads().get(id))?.media_key).not.toBe(left?.media_key);
});

test('a source that changes is begun anew under another key, but not for ever', async () => {
  const keys: string[] = [];
  const changing = (times: number) =>
    aWorker({
      fetchTrack: async (_track, { key }) => {
        keys.push(key);
        if (keys.length <= times) throw new BeginAnew('another ETag');
        return { bytes: 10 };
      },
    });
  const worker = changing(2);
  await worker.run();
  expect(new Set(keys).size).toBe(3);
  expect(worker.discarded).toEqual(keys.slice(0, 2));
  expect(await downloads().get(id)).toMatchObject({ status: 'completed', media_key: keys[2] });

  await downloads().request(aDownload({ id: (id = `changing${id}`) }), null, at(0));
  keys.length = 0;
  await changing(99).run();
  expect(keys).toHaveLength(3);
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'source_changed', media_key: null });
});

test('a download deleted while it runs is abandoned, and the uploads it left are ended', async () => {
  const worker = aWorker({
    fetchTrack: async () => {
      await downloads().remove(id, at(2));
      return { bytes: 10 };
    },
  });
  await worker.run();
  expect(worker.discarded).toEqual([expect.stringContaining(`uploads of media/${id}/`)]);
  expect(await downloads().get(id)).toBeNull();
});

test('a worker that stalled so long that another took over touches nothing', async () => {
  const slow = aWorker({
    fetchTrack: async (_track, _into, { onUploadCreated, beforeComplete }) => {
      await onUploadCreated(upload);
      await aWorker({ now: () => at(40) }).run();
      await beforeComplete();
      throw new Error('must not get here');
    },
  });
  await slow.run();
  expect(slow.discarded).toEqual([]);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test('a run out of time hands over to a new message at once, and the next one goes on', async () => {
  const first = aWorker({
    fetchTrack: async (_track, _into, options) => {
      await options.onUploadCreated(upload);
      await expect.poll(() => options.closing.aborted, { interval: 5 }).toBe(true);
      expect(options.signal.aborted).toBe(false);
      throw new OutOfTime('1 part is left');
    },
  });
  await first.run(60_050);
  expect(first.sent).toEqual([id]);
  const next = aWorker();
  await next.run();
  expect([next.sent, next.discarded]).toEqual([[], []]);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test('a run that does not stop in time is stopped, and hands over all the same', async () => {
  const stalled = aWorker({ fetchTrack: (_track, _into, options) => untilAborted(options) });
  await stalled.run(15_050);
  expect(stalled.sent).toEqual([id]);
  expect(await downloads().get(id)).toMatchObject({ status: 'downloading' });
});

test('runs that hand over without a new byte are counted: the sixth gives up, and nothing stays stored', async () => {
  const stalled = () =>
    aWorker({
      fetchTrack: async (_track, { upload: known }, { onUploadCreated, onProgress }) => {
        if (known === null) await onUploadCreated(upload);
        onProgress(5);
        throw new OutOfTime('nothing came');
      },
    });
  for (let run = 1; run <= 5; run += 1) await stalled().run();
  expect(await downloads().get(id)).toMatchObject({ status: 'downloading' });
  const last = stalled();
  await last.run();
  expect(last.sent).toEqual([]);
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'gave_up', media_key: null });
  const { discarded } = await repairsTable(world.db, world.names.downloads).unsettledBefore(at(100));
  expect(discarded.some(({ media_key }) => media_key.startsWith(`media/${id}/`))).toBe(true);
});
