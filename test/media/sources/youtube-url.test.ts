import { expect, test } from 'vitest';
import { isYouTubeMedia, videoIdOf } from '../../../src/media/sources/youtube-url.ts';

test.each([
  'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
  'https://youtube.com/watch?list=PL1&v=dQw4w9WgXcQ&t=42s',
  'https://m.youtube.com/watch?v=dQw4w9WgXcQ',
  'https://music.youtube.com/watch?v=dQw4w9WgXcQ',
  'https://youtu.be/dQw4w9WgXcQ?si=abc',
  'https://www.youtube.com/shorts/dQw4w9WgXcQ',
  'https://www.youtube.com/embed/dQw4w9WgXcQ?autoplay=1',
  'https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ',
  'https://www.youtube.com/live/dQw4w9WgXcQ',
  'http://WWW.YouTube.com/watch?v=dQw4w9WgXcQ',
])('%s is about one video', (url) => {
  expect(videoIdOf(new URL(url))).toBe('dQw4w9WgXcQ');
});

test.each([
  'https://www.youtube.com/',
  'https://www.youtube.com/playlist?list=PL1',
  'https://www.youtube.com/@channel',
  'https://www.youtube.com/watch?v=short',
  'https://www.youtube.com/watch?v=dQw4w9WgXcQQ',
  'https://youtu.be/../etc/passwd',
  'https://www.youtube.com.example.com/watch?v=dQw4w9WgXcQ',
  'https://notyoutube.com/watch?v=dQw4w9WgXcQ',
  'https://example.com/?u=https://youtu.be/dQw4w9WgXcQ',
  'https://www.youtube.com:8443/watch?v=dQw4w9WgXcQ',
])('%s is not', (url) => {
  expect(videoIdOf(new URL(url))).toBeNull();
});

test.each([
  ['https://rr3---sn-abc.googlevideo.com/videoplayback?id=1', true],
  ['http://rr3---sn-abc.googlevideo.com/videoplayback', false],
  ['https://googlevideo.com.example.com/videoplayback', false],
  ['https://evilgooglevideo.com/videoplayback', false],
  ['https://rr3---sn-abc.googlevideo.com:8443/videoplayback', false],
])('media from %s: %s', (url, expected) => {
  expect(isYouTubeMedia(new URL(url))).toBe(expected);
});
