import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { QUALITIES } from '../../../contract/download.ts';
import { guardedDispatcher } from '../../../src/media/guarded-fetch.ts';
import { directSource } from '../../../src/media/sources/direct.ts';
import type { Source } from '../../../src/media/source.ts';
import { type MediaOrigin, startMediaOrigin } from '../../support/origins/media-origin.ts';

let origin: MediaOrigin;
let dispatcher: Dispatcher;
let source: Source;
beforeAll(async () => {
  origin = await startMediaOrigin();
  dispatcher = guardedDispatcher({ allowPrivate: true, timeouts: { connect: 5_000, headers: 5_000, body: 5_000 } });
  source = directSource({ dispatcher });
});
afterAll(async () => {
  await dispatcher.destroy();
  await origin.stop();
});

const { signal } = new AbortController();
const resolve = (query: string, path?: string) => source.resolve(new URL(origin.clip(query, path)), 'best', signal);

test('one byte tells what there is to download', async () => {
  const before = origin.requests.length;
  const url = origin.clip('size=300000&seed=7&redirect=1', '/media/a%20clip.mp4');
  const resolved = await source.resolve(new URL(url), 'best', signal);
  expect(resolved).toEqual({
    title: 'a clip.mp4',
    thumbnail: null,
    duration: null,
    chosen: 'mp4',
    contentType: 'video/mp4',
    extension: 'mp4',
    tracks: [
      {
        kind: 'whole',
        url: url.replace('redirect=1', 'redirect=0'),
        headers: { 'user-agent': 'FastTrack/1', accept: '*/*', 'accept-encoding': 'identity' },
        length: 300_000,
        ranges: true,
        validators: { etag: '"300000-7"', lastModified: 'Mon, 23 Nov 2026 10:00:00 GMT' },
        contentType: 'video/mp4',
        extension: 'mp4',
      },
    ],
  });
  expect(origin.requests.slice(before).map(({ headers }) => headers.range)).toEqual(['bytes=0-0', 'bytes=0-0']);
});

test.each([
  ['range=no', { ranges: false, length: 1_000 }],
  ['range=no&length=none', { ranges: false, length: null }],
  ['size=1', { ranges: true, length: 1 }],
])('an origin with %s is understood', async (query, told) => {
  expect((await resolve(query)).tracks[0]).toMatchObject(told);
});

test('an origin without ranges is let go at once', async () => {
  await resolve('size=100000000&range=no');
  await expect.poll(() => origin.busy(), { interval: 5 }).toBe(0);
});

test('the name given by the origin wins over the path', async () => {
  const disposition = encodeURIComponent(`attachment; filename*=UTF-8''can%C3%A7%C3%A3o.webm`);
  expect(await resolve(`disposition=${disposition}`)).toMatchObject({ title: 'canção.webm', extension: 'webm' });
});

test.each([
  ['status=404', 'source_not_found'],
  ['status=410', 'source_not_found'],
  ['status=401', 'source_refused'],
  ['status=403', 'source_refused'],
  ['status=429', 'source_rate_limited'],
  ['status=503', 'source_unavailable'],
  ['status=400', 'source_unavailable'],
  ['status=204&range=no', 'source_empty'],
  ['size=0', 'source_empty'],
  ['size=0&range=no', 'source_empty'],
  ['type=text/html', 'source_not_media'],
  ['type=application/problem%2Bjson', 'source_not_media'],
  ['encoding=gzip', 'source_unavailable'],
  ['redirect=100', 'too_many_redirects'],
])('%s is told as %s', async (query, code) => {
  await expect(resolve(query)).rejects.toMatchObject({ code });
});

test('a private address is refused, also when a redirect leads to it', async () => {
  const strict = guardedDispatcher({ allowPrivate: false });
  const guarded = directSource({ dispatcher: strict });
  await expect(guarded.resolve(new URL(origin.clip('')), 'best', signal)).rejects.toMatchObject({
    code: 'source_forbidden',
  });
  await strict.destroy();
});

test('a file has the quality it has, whatever is asked; but a picture is no sound', async () => {
  const inspect = (query: string) => source.inspect(new URL(origin.clip(query)), signal);
  expect((await inspect('type=application/octet-stream')).qualities).toEqual(QUALITIES);
  expect((await inspect('')).qualities).not.toContain('ba');
  expect((await inspect('type=audio/mpeg')).qualities).not.toContain('bv');
  const sound = source.resolve(new URL(origin.clip('')), 'ba', signal);
  await expect(sound).rejects.toMatchObject({ code: 'quality_not_available' });
});

test('an inspection tells what one byte tells', async () => {
  expect(await source.inspect(new URL(origin.clip('size=5000')), signal)).toMatchObject({
    title: 'clip.mp4',
    thumbnail: null,
    duration: null,
    formats: [{ id: 'file', container: 'mp4', bytes: 5_000, has_video: true, has_audio: null }],
  });
});

test('a page of YouTube is not media', () => {
  expect(source.handles(new URL('https://www.youtube.com/watch?v=dQw4w9WgXcQ'))).toBe(false);
  expect(source.handles(new URL('https://example.com/a.mp4'))).toBe(true);
  expect(source.handles(new URL('ftp://example.com/a.mp4'))).toBe(false);
});
