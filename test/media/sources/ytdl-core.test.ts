import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Quality } from '../../../contract/download.ts';
import { guardedDispatcher } from '../../../src/media/guarded-fetch.ts';
import type { Source } from '../../../src/media/source.ts';
import { ytdlCoreSource } from '../../../src/media/sources/ytdl-core.ts';
import { startYouTubeOrigin, type YouTubeOrigin } from '../../support/origins/youtube-origin.ts';
import { clip } from '../../support/origins/youtube/catalogue.ts';

let origin: YouTubeOrigin;
let dispatcher: Dispatcher;
let source: Source;
beforeAll(async () => {
  origin = await startYouTubeOrigin();
  dispatcher = guardedDispatcher({ allowPrivate: false, hostOverrides: origin.hostOverrides });
  source = ytdlCoreSource({ dispatcher, hostOverrides: origin.hostOverrides });
});
afterAll(async () => {
  await dispatcher.destroy();
  await origin.stop();
});

const { signal } = new AbortController();
const resolve = (id: string, quality: Quality = 'best') =>
  source.resolve(new URL(`https://youtu.be/${id}`), quality, signal);

test('the real package reads the watch page, deciphers, and its media can be fetched', async () => {
  const resolved = await resolve('ok_________', '1080p');
  expect(resolved).toMatchObject({
    title: 'Um vídeo: “3 segundos” - teste',
    duration: 3,
    chosen: '1080p mp4',
    tracks: [
      { kind: 'video', length: clip(137).length, ranges: true },
      { kind: 'audio', length: clip(140).length, ranges: true },
    ],
  });
});

test.each<[Quality, number[]]>([
  ['best', [137, 140]],
  ['worst', [160, 140]],
  ['720p', [136, 140]],
  ['360p', [18]],
  ['bv', [137]],
  ['ba', [140]],
])('%s chooses as with any source', async (quality, itags) => {
  const { tracks } = await resolve('ok_________', quality);
  expect(tracks.map(({ url }) => Number(new URL(url).searchParams.get('itag')))).toEqual(itags);
});

test.each([
  ['private____', 'source_private'],
  ['removed____', 'source_not_found'],
  ['live_______', 'source_live'],
])('%s is told as %s', async (id, code) => {
  await expect(resolve(id)).rejects.toMatchObject({ name: 'SourceFailed', code });
});

test('a video without formats is left to another source', async () => {
  await expect(resolve('noformats__')).rejects.toMatchObject({ name: 'SourceBroken' });
});

test('an inspection lists what there is', async () => {
  const { qualities, formats } = await source.inspect(new URL('https://youtu.be/ok_________'), signal);
  expect([qualities.length, formats.length]).toEqual([11, 10]);
});

test('an abort ends it with its own reason, and the video can be asked for again', async () => {
  const asking = async () => {
    const controller = new AbortController();
    const resolving = source.resolve(new URL('https://youtu.be/silent_____'), 'best', controller.signal);
    setTimeout(() => controller.abort(new Error('cancelled')), 50);
    await expect(resolving).rejects.toThrow('cancelled');
  };
  await asking();
  await asking();
});

test('only YouTube is asked: nobody calls home', () => {
  const known = /^\/(watch|s\/player|videoplayback|get_video_info)/;
  expect(origin.requests.filter(({ path }) => !known.test(path))).toEqual([]);
});
