import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { TryAgainIn } from '../../src/aws/each-message.ts';
import { attemptsTable } from '../../src/downloads/attempts/table.ts';
import { runDownload, type RunDownloadDeps } from '../../src/downloads/run-download.ts';
import { downloadsTable } from '../../src/downloads/table.ts';
import type { Media } from '../../src/media/media.ts';
import { SourceFailed } from '../../src/media/source-failed.ts';
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

const media: Media = {
  title: 'Filme.mp4',
  contentType: 'video/mp4',
  extension: 'mp4',
  length: 10,
  thumbnail: null,
  validators: {},
  body: Readable.from([]),
  finalUrl: 'https://example.com/clip.mp4',
};

function aWorker(changes: Partial<RunDownloadDeps> = {}) {
  const discarded: (string | null)[][] = [];
  const hidden: number[] = [];
  const app: RunDownloadDeps = {
    attempts: attemptsTable(world.db, world.names),
    open: () => Promise.resolve(media),
    transfer: () => Promise.resolve({ bytes: 10 }),
    discard: async (key, uploadId) => void discarded.push([key, uploadId]),
    now: () => at(1),
    ...changes,
  };
  const delivery = { hide: async (seconds: number) => void hidden.push(seconds) };
  const run = (remaining = 900_000) => runDownload(app, { id }, delivery, () => remaining);
  return { run, discarded, hidden };
}

test('a download is fetched, stored and completed', async () => {
  await aWorker().run();
  expect(await downloads().get(id)).toMatchObject({
    status: 'completed',
    title: 'Filme.mp4',
    file_size: 10,
    format: 'mp4',
  });
});

test('the message is hidden for the length of a lease before anything else', async () => {
  const { run, hidden } = aWorker();
  await run();
  expect(hidden[0]).toBe(30);
});

test('delivered again after its end, the message does nothing', async () => {
  await aWorker().run();
  await aWorker({ open: () => Promise.reject(new Error('must not be opened')) }).run();
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test('delivered to two workers at once, one works and the other waits for its lease', async () => {
  let opened = 0;
  const open = async () => {
    opened += 1;
    return media;
  };
  const results = await Promise.allSettled([aWorker({ open }).run(), aWorker({ open }).run()]);
  expect(opened).toBe(1);
  const refused = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown);
  expect(refused.every((reason) => reason instanceof TryAgainIn)).toBe(true);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed' });
});

test("the source's failure ends the download with its code", async () => {
  await aWorker({ open: () => Promise.reject(new SourceFailed('source_not_found', '404')) }).run();
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'source_not_found', attempt: null });
});

test('a failure of our own lets go, and the next delivery takes over at once, throwing away what was left', async () => {
  const broken = aWorker({
    transfer: async (_key, _media, { onUploadCreated }) => {
      await onUploadCreated('upload-1');
      throw new Error('S3 is down');
    },
  });
  await expect(broken.run()).rejects.toThrow(TryAgainIn);
  const left = await downloads().get(id);
  expect(left).toMatchObject({ status: 'downloading', upload_id: 'upload-1' });
  const next = aWorker();
  await next.run();
  expect(next.discarded).toEqual([[left?.media_key, 'upload-1']]);
  expect(await downloads().get(id)).toMatchObject({ status: 'completed', upload_id: null });
});

test('a download deleted while it runs is abandoned, and what was stored is thrown away', async () => {
  const worker = aWorker({
    transfer: async () => {
      await downloads().remove(id, at(2));
      return { bytes: 10 };
    },
  });
  await worker.run();
  expect(worker.discarded).toEqual([[expect.stringContaining(`media/${id}/`), null]]);
  expect(await downloads().get(id)).toBeNull();
});

test('a run that would outlive its Lambda ends with a reason', async () => {
  const stalled = aWorker({
    transfer: (_key, _media, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
  });
  await stalled.run(15_200);
  expect(await downloads().get(id)).toMatchObject({ status: 'failed', error_code: 'too_slow' });
});
