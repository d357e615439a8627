import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { guardedDispatcher } from '../../src/media/guarded-fetch.ts';
import { mediaStorage } from '../../src/media/media-storage.ts';
import { sourceChain } from '../../src/media/sources/chain.ts';
import { directSource } from '../../src/media/sources/direct.ts';
import { aDownloadWorld } from '../support/download-world.ts';
import { hurriedSettings, MIB } from '../support/media-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';

const hasty = hurriedSettings({ silence: 400 });
let world: Awaited<ReturnType<typeof aDownloadWorld>>;
beforeAll(async () => {
  world = await aDownloadWorld();
});
afterAll(() => Promise.all([world.stop(), hasty.dispatcher.destroy()]));
afterEach(() => world.media.empty());

/** A worker that soon takes silence for the end of a connection. */
const runHastily = (id: string) => world.worker(id, { changes: mediaStorage(world.media.bucket, hasty) }).run();
async function ended(url: string, run = (id: string) => world.worker(id).run()) {
  const id = await world.request(url);
  await run(id);
  await world.janitor();
  expect(await world.noted()).toEqual([]);
  return (await world.get(id))!;
}
const clip = (query: string) => world.media.origin.clip(`seed=7&${query}`);

describe('what passes ends in the whole file', () => {
  const size = 17 * MIB + 3;
  test.each([
    ['connections that drop at random places', `drop=${4 * MIB}`, size],
    ['a 503 for every third request', 'refuse-every=3', size],
    ['too many requests, for a second', 'refuse-first=2&retry-after=1', size],
    ['no ranges', 'range=no', size],
    ['no length', 'range=no&length=none', size],
    ['ranges of a total that it does not tell', 'range=star', size],
    ['a length that promises too much', 'length=%2B10', size],
    ['five redirects', 'redirect=5', size],
    ['one byte', '', 1],
  ])('%s', async (_what, fault, bytes) => {
    const download = await ended(clip(`size=${bytes}&${fault}`));
    expect(download).toMatchObject({ status: 'completed', file_size: bytes });
    expect(await world.media.sha256(download.media_key!)).toBe(contentSha256(bytes, 7));
    await world.expectStored(1);
  });
});

test.each(['total=-10', 'range=no&length=-10'])(
  'a source that says that it is shorter than it is (%s) is taken at its word: that is where HTTP ends the file',
  async (fault) => {
    const size = 17 * MIB;
    const download = await ended(clip(`size=${size}&${fault}`));
    expect(download).toMatchObject({ status: 'completed', file_size: size - 10 });
    expect(await world.media.sha256(download.media_key!)).toBe(contentSha256(size - 10, 7));
    await world.expectStored(1);
  },
);

describe('what stays ends as failed, with its code, and nothing is left', () => {
  const size = 20 * MIB;
  test.each([
    ['changes for ever', 'change-after=each', 'source_changed'],
    ['always breaks off at one byte', `disconnect=${11 * MIB}`, 'source_interrupted'],
    ['falls silent for ever', `stall=${11 * MIB}`, 'source_interrupted'],
    ['falls silent for ever in one stream', `stall=${11 * MIB}&range=no`, 'source_interrupted'],
    ['becomes a page', 'page-after=3', 'source_not_media'],
    ['is a page', 'type=text/html', 'source_not_media'],
    ['is JSON', 'type=application/json', 'source_not_media'],
    ['says that it is longer than it is', 'total=%2B1000000', 'source_changed'],
    ['sends less than it says, in one stream', 'range=no&length=%2B10', 'source_interrupted'],
    ['gives lengths that cannot be', 'length=-10', 'source_unavailable'],
    ['redirects for ever', 'redirect=99', 'too_many_redirects'],
    ['has no bytes', 'size=0', 'source_empty'],
    ['refuses for ever', 'refuse-first=999&refuse-status=503', 'source_unavailable'],
    ['asks to wait for an hour', 'refuse-first=1&retry-after=3600', 'source_rate_limited'],
  ])('of a source that %s', async (_what, fault, code) => {
    const url = clip(fault.startsWith('size=') ? fault : `size=${size}&${fault}`);
    const download = await ended(url, fault.startsWith('stall=') ? runHastily : undefined);
    expect(download).toMatchObject({
      status: 'failed',
      error_code: code,
      media_key: null,
      source_key: null,
      tracks: [],
      attempt: null,
      lease_expires_at: null,
    });
    await world.expectStored(0);
  });

  test('of a source whose address expires for good while it is fetched', async () => {
    const download = await ended(clip(`size=${size}&rate=${8 * MIB}&expires=${Date.now() + 400}`));
    expect(download).toMatchObject({ status: 'failed', error_code: 'source_refused', media_key: null });
    await world.expectStored(0);
  });

  test('of a source that redirects to a private host', async () => {
    const standIn = 'media.example';
    const { host } = new URL(world.media.origin.url);
    const dispatcher = guardedDispatcher({ allowPrivate: false, hostOverrides: { [standIn]: `http://${host}` } });
    const { resolve } = sourceChain([directSource({ dispatcher })]);
    const inside = encodeURIComponent('http://127.0.0.1:1/secret');
    const url = `http://${standIn}/clip.mp4?redirect-to=${inside}`;
    const download = await ended(url, (id) => world.worker(id, { changes: { resolve } }).run());
    expect(download).toMatchObject({ status: 'failed', error_code: 'source_forbidden', media_key: null });
    await world.expectStored(0);
    await dispatcher.destroy();
  });
});
