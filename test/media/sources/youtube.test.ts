import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Quality } from '../../../contract/download.ts';
import { guardedDispatcher } from '../../../src/media/guarded-fetch.ts';
import { youtubeSource } from '../../../src/media/sources/youtube.ts';
import { startYouTubeOrigin, type YouTubeOrigin } from '../../support/origins/youtube-origin.ts';
import { clip } from '../../support/origins/youtube/catalogue.ts';

let origin: YouTubeOrigin;
let dispatcher: Dispatcher;
beforeAll(async () => {
  origin = await startYouTubeOrigin();
  dispatcher = guardedDispatcher({ allowPrivate: false, hostOverrides: origin.hostOverrides });
});
afterAll(async () => {
  await dispatcher.destroy();
  await origin.stop();
});

const { signal } = new AbortController();
const aSource = () => youtubeSource({ dispatcher, clients: ['VISIONOS', 'IOS'] });
const resolve = (id: string, quality: Quality = 'best', source = aSource()) =>
  source.resolve(new URL(`https://www.youtube.com/watch?v=${id}`), quality, signal);

test('a video is resolved to a picture and a sound that can be fetched', async () => {
  const resolved = await resolve('ok_________', '720p');
  expect(resolved).toMatchObject({
    title: 'Um vídeo: “3 segundos” - teste',
    thumbnail: 'https://i.ytimg.com/vi/ok_________/1280.jpg',
    duration: 3,
    chosen: '720p mp4',
    contentType: 'video/mp4',
    extension: 'mp4',
    tracks: [
      { kind: 'video', contentType: 'video/mp4', extension: 'mp4', length: clip(136).length, ranges: true },
      { kind: 'audio', contentType: 'audio/mp4', extension: 'm4a', length: clip(140).length, ranges: true },
    ],
  });
});

test.each<[Quality, string, number[]]>([
  ['best', '1080p mp4', [137, 140]],
  ['bv+ba', '1080p mp4', [137, 140]],
  ['worst', '144p mp4', [160, 140]],
  ['1080p', '1080p mp4', [137, 140]],
  ['720p', '720p mp4', [136, 140]],
  ['480p', '480p mp4', [135, 140]],
  ['360p', '360p mp4', [18]],
  ['240p', '240p mp4', [133, 140]],
  ['144p', '144p mp4', [160, 140]],
  ['bv', '1080p mp4', [137]],
  ['ba', '130k m4a', [140]],
])('%s is %s', async (quality, chosen, itags) => {
  const resolved = await resolve('ok_________', quality);
  expect(resolved.chosen).toBe(chosen);
  expect(resolved.tracks.map(({ url }) => Number(new URL(url).searchParams.get('itag')))).toEqual(itags);
});

test('the media is given out to the headers of the track, byte for byte', async () => {
  const { tracks } = await resolve('ok_________', 'ba');
  const { url, headers, validators } = tracks[0];
  expect(validators).toEqual({ lastModified: 'Sun, 23 Nov 2025 10:00:00 GMT' });
  const fetched = (agent?: string) =>
    dispatcher.request({
      origin: new URL(url).origin,
      path: new URL(url).pathname + new URL(url).search,
      method: 'GET',
      headers: { ...headers, ...(agent !== undefined && { 'user-agent': agent }) },
    });
  const { body } = await fetched();
  expect(Buffer.from(await body.arrayBuffer()).equals(clip(140))).toBe(true);
  expect((await fetched('curl/8')).statusCode).toBe(403);
});

test('a quality that a video does not have is refused with those it has', async () => {
  await expect(resolve('progressive', '720p')).rejects.toMatchObject({
    code: 'quality_not_available',
    choices: ['best', 'worst', 'bv+ba', '360p'],
  });
});

test.each([
  ['bot________', 'source_blocked'],
  ['sorry______', 'source_blocked'],
  ['ratelimited', 'source_rate_limited'],
  ['session____', 'source_rate_limited'],
  ['private____', 'source_private'],
  ['members____', 'source_private'],
  ['agegated___', 'source_age_restricted'],
  ['live_______', 'source_live'],
  ['premiere___', 'source_live'],
  ['geo________', 'source_geo_blocked'],
  ['removed____', 'source_not_found'],
  ['unavailable', 'source_not_found'],
])('%s is told as %s, and YouTube is not asked again in another way', async (id, code) => {
  const before = origin.requests.length;
  await expect(resolve(id)).rejects.toMatchObject({ name: 'SourceFailed', code });
  const asked = origin.requests.slice(before).filter(({ path }) => path.endsWith('/player'));
  expect(asked).toHaveLength(1);
});

test.each(['noformats__', 'stranger___', 'decayed____', 'unwelcome__'])(
  'when no client gets anything usable (%s) another source may try',
  async (id) => {
    await expect(resolve(id)).rejects.toMatchObject({ name: 'SourceBroken', message: /^VISIONOS: .+; IOS: / });
  },
);

test.each(['sabr_______', 'forbidden__'])(
  'a client that gets nothing usable (%s) is followed by the next',
  async (id) => {
    const { tracks } = await resolve(id, '720p');
    expect(tracks.map(({ url }) => new URL(url).searchParams.get('c'))).toEqual(['iOS', 'iOS']);
    expect(tracks[0].headers['user-agent']).toContain('com.google.ios.youtube');
  },
);

test('one request opens a session and serves every video after it; no player code is asked for', async () => {
  const source = aSource();
  const before = origin.requests.length;
  await source.inspect(new URL('https://youtu.be/ok_________'), signal);
  await source.inspect(new URL('https://www.youtube.com/shorts/progressive'), signal);
  expect(origin.requests.slice(before).map(({ path }) => path)).toEqual([
    '/sw.js_data',
    '/youtubei/v1/player',
    '/youtubei/v1/player',
  ]);
});

test('an inspection lists what there is', async () => {
  const inspection = await aSource().inspect(new URL('https://music.youtube.com/watch?v=ok_________'), signal);
  expect(inspection).toMatchObject({ title: 'Um vídeo: “3 segundos” / teste', duration: 3 });
  expect(inspection.qualities).toHaveLength(11);
  expect(inspection.formats).toHaveLength(10);
  expect(inspection.formats).toContainEqual({
    id: '136',
    quality: '720p',
    container: 'mp4',
    codecs: 'avc1.640032',
    width: 1280,
    height: 720,
    bytes: clip(136).length,
    has_video: true,
    has_audio: false,
  });
});

test('an abort ends it with its own reason', async () => {
  const controller = new AbortController();
  const resolving = aSource().resolve(new URL('https://youtu.be/silent_____'), 'best', controller.signal);
  setTimeout(() => controller.abort(new Error('cancelled')), 50);
  await expect(resolving).rejects.toThrow('cancelled');
});

test('a YouTube that is down for a moment is asked a little longer, but not for ever', async () => {
  const before = origin.requests.length;
  await expect(resolve('down_______')).rejects.toMatchObject({ code: 'source_unavailable' });
  expect(origin.requests.slice(before).filter(({ path }) => path.endsWith('/player'))).toHaveLength(3);
});

test('a YouTube that nobody reaches is unavailable', async () => {
  const nowhere = guardedDispatcher({
    allowPrivate: false,
    hostOverrides: { 'www.youtube.com': 'http://127.0.0.1:1' },
  });
  const source = youtubeSource({ dispatcher: nowhere, clients: ['VISIONOS'] });
  await expect(resolve('ok_________', 'best', source)).rejects.toMatchObject({ code: 'source_unavailable' });
});
