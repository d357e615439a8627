import { expect, test } from 'vitest';
import { readPlayerResponse } from '../../../src/media/sources/player-response.ts';

const MEDIA = 'https://rr1---sn-x.googlevideo.com/videoplayback';
const picture = {
  itag: 136,
  url: MEDIA,
  mimeType: 'video/mp4; codecs="avc1.64001f"',
  width: 1280,
  height: 720,
  fps: 60,
  qualityLabel: '720p60',
  bitrate: 1_500_000,
  contentLength: '1234',
};
const sound = { itag: 140, url: MEDIA, mimeType: 'audio/mp4; codecs="mp4a.40.2"', bitrate: 130_000 };
const read = (...adaptiveFormats: unknown[]) =>
  readPlayerResponse(
    {
      playabilityStatus: { status: 'OK' },
      videoDetails: { videoId: 'x', title: 'A film' },
      streamingData: { adaptiveFormats },
    },
    'x',
    { 'user-agent': 'Player/1' },
  );

test('a format is read with all that is known of it', () => {
  expect(read(picture).formats).toEqual([
    {
      id: '136',
      url: MEDIA,
      headers: { 'user-agent': 'Player/1' },
      container: 'mp4',
      contentType: 'video/mp4',
      videoCodec: 'avc1.64001f',
      audioCodec: null,
      width: 1280,
      height: 720,
      lines: 720,
      fps: 60,
      bitrate: 1_500_000,
      bytes: 1_234,
      preference: 2,
    },
  ]);
  expect(read(sound)).toMatchObject({
    thumbnail: null,
    duration: null,
    formats: [{ container: 'm4a', videoCodec: null, audioCodec: 'mp4a.40.2', bytes: null }],
  });
});

test('a size without a label is named by its picture', () => {
  expect(read({ ...picture, qualityLabel: undefined, width: 1280, height: 534 }).formats[0]?.lines).toBe(720);
});

test.each([
  ['without an address', { ...picture, url: undefined }],
  ['encrypted', { ...picture, drmFamilies: ['WIDEVINE'] }],
  ['in segments', { ...picture, type: 'FORMAT_STREAM_TYPE_OTF' }],
  ['still growing', { ...picture, targetDurationSec: 5 }],
  ['not from YouTube', { ...picture, url: 'https://media.example/1' }],
  ['on a private address', { ...picture, url: 'http://127.0.0.1/1' }],
  ['text', { ...picture, mimeType: 'text/vtt' }],
  ['nonsense', 'nonsense'],
])('a format that is %s is left out', (_what, format) => {
  expect(read(format, sound).formats.map(({ id }) => id)).toEqual(['140']);
  expect(() => read(format)).toThrow(/no format/);
});

test('the original sound is preferred to the one YouTube would choose, levelled sound last', () => {
  const preferences = (...formats: unknown[]) => read(...formats).formats.map(({ preference }) => preference);
  const tagged = (tags: string) => `${MEDIA}?xtags=${encodeURIComponent(tags)}`;
  const [original, chosen, dubbed, levelled] = preferences(
    { ...sound, url: tagged('acont=original:lang=pt'), audioTrack: { displayName: 'Português' } },
    {
      ...sound,
      url: tagged('acont=dubbed-auto:lang=en'),
      audioTrack: { displayName: 'English', audioIsDefault: true },
    },
    { ...sound, audioTrack: { displayName: 'Deutsch' } },
    { ...sound, audioTrack: { displayName: 'Português (original)' }, isDrc: true },
  );
  expect([original! > levelled!, levelled! > chosen!, chosen! > dubbed!]).toEqual([true, true, true]);
});

test.each([[{}], [null], ['<html>'], [{ playabilityStatus: 'OK' }]])(
  'an answer of another form (%j) is not understood',
  (answer) => {
    expect(() => readPlayerResponse(answer, 'x', {})).toThrow(/unknown form/);
  },
);
