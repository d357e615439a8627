import { describe, expect, test } from 'vitest';
import { QUALITIES, type Quality } from '../../../contract/download.ts';
import { availableQualities, chooseFormats } from '../../../src/media/sources/choose-formats.ts';
import { type Format, linesOf, resolutionName } from '../../../src/media/sources/format.ts';

const aFormat = (id: string, known: Partial<Format>): Format => ({
  id,
  url: `https://media.example/${id}`,
  headers: {},
  container: 'mp4',
  contentType: 'video/mp4',
  videoCodec: null,
  audioCodec: null,
  width: null,
  height: null,
  lines: null,
  fps: null,
  bitrate: null,
  bytes: null,
  preference: 2,
  ...known,
});
const h264 = (id: string, lines: number, more: Partial<Format> = {}) =>
  aFormat(id, { videoCodec: 'avc1.64001f', lines, fps: 30, bitrate: lines * 1_000, ...more });
const vp9 = (id: string, lines: number, more: Partial<Format> = {}) =>
  h264(id, lines, { videoCodec: 'vp9', container: 'webm', contentType: 'video/webm', ...more });
const av1 = (id: string, lines: number) => h264(id, lines, { videoCodec: 'av01.0.08M.08' });
const whole = (id: string, lines: number, more: Partial<Format> = {}) =>
  h264(id, lines, { audioCodec: 'mp4a.40.2', ...more });
const aac = (id: string, bitrate: number | null = 130_000, more: Partial<Format> = {}) =>
  aFormat(id, { audioCodec: 'mp4a.40.2', container: 'm4a', contentType: 'audio/mp4', bitrate, ...more });
const opus = (id: string, bitrate = 160_000, more: Partial<Format> = {}) =>
  aac(id, bitrate, { audioCodec: 'opus', container: 'webm', contentType: 'audio/webm', ...more });

const chosen = (formats: Format[], quality: Quality): string | null => {
  const choice = chooseFormats(formats, quality);
  return choice && [...choice.formats.map(({ id }) => id), choice.chosen].join(' ');
};

/** What YouTube offers of an ordinary video. */
const ORDINARY = [
  whole('18', 360),
  ...[1080, 720, 480, 360, 240, 144].map((lines) => h264(`h${lines}`, lines)),
  ...[2160, 1440, 1080, 720, 480, 360, 240, 144].map((lines) => vp9(`v${lines}`, lines)),
  ...[1080, 720].map((lines) => av1(`a${lines}`, lines)),
  aac('139', 49_000),
  aac('140'),
  opus('249', 51_000),
  opus('251'),
];

describe('of an ordinary video', () => {
  const expected: Record<Quality, string> = {
    best: 'v2160 140 2160p mp4',
    worst: 'h144 139 144p mp4',
    'bv+ba': 'v2160 140 2160p mp4',
    bv: 'v2160 2160p webm',
    ba: '140 130k m4a',
    '1080p': 'h1080 140 1080p mp4',
    '720p': 'h720 140 720p mp4',
    '480p': 'h480 140 480p mp4',
    '360p': '18 360p mp4',
    '240p': 'h240 140 240p mp4',
    '144p': 'h144 140 144p mp4',
  };
  test.each(QUALITIES)('%s', (quality) => {
    expect(chosen(ORDINARY, quality)).toBe(expected[quality]);
    expect(chosen(ORDINARY.toReversed(), quality)).toBe(expected[quality]);
  });
  test('every quality is available', () => {
    expect(availableQualities(ORDINARY)).toEqual(QUALITIES);
  });
});

describe('of a site that has only ready files', () => {
  const formats = [whole('low', 360), whole('high', 720)];
  const expected: Record<Quality, string | null> = {
    best: 'high 720p mp4',
    worst: 'low 360p mp4',
    'bv+ba': 'high 720p mp4',
    bv: null,
    ba: null,
    '1080p': null,
    '720p': 'high 720p mp4',
    '480p': null,
    '360p': 'low 360p mp4',
    '240p': null,
    '144p': null,
  };
  test.each(QUALITIES)('%s', (quality) => {
    expect(chosen(formats, quality)).toBe(expected[quality]);
  });
  test('what is available is what there is', () => {
    expect(availableQualities(formats)).toEqual(['best', 'worst', 'bv+ba', '720p', '360p']);
  });
});

test('of sound alone, best is the sound and no size is available', () => {
  expect(availableQualities([aac('140')])).toEqual(['best', 'worst', 'bv+ba', 'ba']);
  expect(chosen([aac('140')], 'best')).toBe('140 130k m4a');
});

test('of a silent film there is the picture', () => {
  const silent = [h264('h720', 720), h264('h360', 360)];
  expect(availableQualities(silent)).toEqual(['best', 'worst', 'bv+ba', 'bv', '720p', '360p']);
  expect(chosen(silent, 'worst')).toBe('h360 360p mp4');
});

test('of nothing there is nothing', () => {
  expect(availableQualities([])).toEqual([]);
});

test('sound is worth more than lines when only the smaller file has it', () => {
  expect(chosen([h264('h1080', 1080), whole('18', 360)], 'best')).toBe('18 360p mp4');
  expect(chosen([h264('h144', 144), whole('18', 360)], 'worst')).toBe('18 360p mp4');
});

test('a ready file larger than any picture alone is the best', () => {
  expect(chosen([whole('22', 720), h264('h480', 480), aac('140')], 'best')).toBe('22 720p mp4');
  expect(chosen([whole('22', 720), h264('h480', 480), aac('140')], 'bv+ba')).toBe('h480 140 480p mp4');
});

test('the smallest is the ready one when it is as small', () => {
  expect(chosen([whole('17', 144), h264('h144', 144), aac('140')], 'worst')).toBe('17 144p mp4');
});

test('of one size H.264 wins, then AV1, then VP9; HDR only when there is nothing else', () => {
  const hdr = vp9('hdr', 1080, { videoCodec: 'vp09.02.51.10', bitrate: 9_000_000 });
  const all = [hdr, vp9('vp9', 1080), av1('av1', 1080), h264('h264', 1080), aac('140')];
  expect(chosen(all, '1080p')).toBe('h264 140 1080p mp4');
  expect(chosen(all.slice(0, 3), 'bv')).toBe('av1 1080p mp4');
  expect(chosen(all.slice(0, 2), 'bv')).toBe('vp9 1080p webm');
  expect(chosen(all.slice(0, 1), 'bv')).toBe('hdr 1080p webm');
});

test('of one size and codec more frames win, then more bits', () => {
  const fast = h264('fast', 1080, { fps: 60, bitrate: 100 });
  expect(chosen([h264('slow', 1080), fast, aac('140')], '1080p')).toBe('fast 140 1080p60 mp4');
  expect(chosen([h264('rich', 720, { bitrate: 9e6 }), h264('poor', 720)], 'bv')).toBe('rich 720p mp4');
});

test('AAC wins unless it is thin; a sound of unknown rate is trusted', () => {
  expect(chosen([aac('139', 48_000), opus('251')], 'ba')).toBe('251 160k webm');
  expect(chosen([aac('a', null), opus('251')], 'ba')).toBe('a m4a');
  expect(chosen([aac('128', 128_000), aac('256', 256_000)], 'ba')).toBe('256 256k m4a');
  expect(chosen([aac('ac3', 384_000, { audioCodec: 'ec-3' }), opus('251')], 'ba')).toBe('251 160k webm');
});

test('the original language wins over a dubbed one of better quality', () => {
  const dubbed = aac('dubbed', 256_000, { preference: 1 });
  expect(chosen([dubbed, opus('original', 50_000)], 'ba')).toBe('original 50k webm');
  expect(chosen([aac('d', 10_000, { preference: 1 }), aac('o', 20_000), h264('v', 144)], 'worst')).toBe('v o 144p mp4');
});

test('formats of unknown size can be the best but never a size', () => {
  const unknown = whole('file', 0, { lines: null });
  expect(chosen([unknown], 'best')).toBe('file mp4');
  expect(availableQualities([unknown])).toEqual(['best', 'worst', 'bv+ba']);
});

test.each([
  [1920, 1080, 1080],
  [1920, 804, 1080],
  [1080, 1920, 1080],
  [1440, 1080, 1080],
  [854, 480, 480],
  [640, 480, 480],
  [640, 360, 360],
  [426, 240, 240],
  [256, 144, 144],
  [608, 1080, 720],
  [7680, 4320, 4320],
  [9000, 9000, 9000],
])('%i × %i is called %ip', (width, height, lines) => {
  expect(linesOf(width, height)).toBe(lines);
});

test('a size is called by its lines, with its frames when they are many', () => {
  expect(linesOf(null, 720)).toBeNull();
  expect(resolutionName({ lines: 720, fps: 59.94 })).toBe('720p60');
  expect(resolutionName({ lines: 720, fps: 30 })).toBe('720p');
  expect(resolutionName({ lines: null, fps: 60 })).toBeNull();
});
