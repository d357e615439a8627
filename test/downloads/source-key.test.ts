import { expect, test } from 'vitest';
import { sourceKeyOf } from '../../src/downloads/source-key.ts';
import type { Quality } from '../../contract/download.ts';
import type { Resolved, Track, Validators } from '../../src/media/source.ts';
import { aTrack } from '../support/media-world.ts';

const a = (validators: Validators, changes: Partial<Track> = {}) =>
  aTrack('https://cdn.example/x', { length: 10, validators, ...changes });
function keyOf(url: string, tracks: Resolved['tracks'] = [a({ etag: '"1"' })], quality: Quality = 'best') {
  return sourceKeyOf({ url, quality }, { tracks } as Resolved);
}
const url = 'https://example.com/a.mp4?x=1';

test('all the addresses of one video are one source, whatever else they say', () => {
  const keys = [
    'https://www.youtube.com/watch?v=ok_________&t=30s&list=PL1',
    'https://youtu.be/ok_________?si=abc',
    'https://m.youtube.com/shorts/ok_________#x',
  ].map((address) => keyOf(address));
  expect(new Set(keys).size).toBe(1);
  expect(keyOf('https://youtu.be/other______')).not.toBe(keys[0]);
});

test('of any other address the fragment alone does not count', () => {
  expect(keyOf(`${url}#t=10`)).toBe(keyOf(url));
  expect(keyOf('HTTPS://EXAMPLE.com:443/a.mp4?x=1')).toBe(keyOf(url));
  expect(keyOf('https://example.com/a.mp4?x=2')).not.toBe(keyOf(url));
});

test('another quality, length, ETag or date is another source; a weak ETag says the same as a strong one', () => {
  const date = 'Mon, 23 Nov 2026 10:00:00 GMT';
  const others = [
    keyOf(url, undefined, '720p'),
    keyOf(url, [a({ etag: '"1"' }, { length: 11 })]),
    keyOf(url, [a({ etag: '"2"' })]),
    keyOf(url, [a({ lastModified: date })]),
    keyOf(url, [a({ etag: '"1"' }), a({ etag: '"1"' })]),
  ];
  expect(new Set([keyOf(url), ...others]).size).toBe(6);
  expect(keyOf(url, [a({ etag: 'W/"1"', lastModified: date })])).toBe(keyOf(url));
});

test('without proof for every track there is no key', () => {
  expect(keyOf(url, [a({})])).toBeNull();
  expect(keyOf(url, [a({ etag: '"1"' }, { length: null })])).toBeNull();
  expect(keyOf(url, [a({ etag: '"1"' }), a({})])).toBeNull();
});
