import { describe, expect, test } from 'vitest';
import { extensionOf, fileName, titleOf } from '../../src/media/media-name.ts';

const url = new URL('https://media.example/videos/Meu%20v%C3%ADdeo.mp4?token=1');
const latin1 = (text: string) => Buffer.from(text).toString('latin1');

describe('the title', () => {
  test.each([
    ['a quoted name', 'attachment; filename="clip one.mp4"', 'clip one.mp4'],
    ['a bare name', 'attachment; filename=clip.mp4', 'clip.mp4'],
    ['an escaped quote', String.raw`attachment; filename="a \"b\".mp4"`, 'a "b".mp4'],
    [
      'RFC 5987 over the plain one',
      `attachment; filename="x.mp4"; filename*=UTF-8''can%C3%A7%C3%A3o.mp4`,
      'canção.mp4',
    ],
    ['raw UTF-8', latin1('attachment; filename="canção.mp4"'), 'canção.mp4'],
    ['raw latin1', 'attachment; filename="canção.mp4"', 'canção.mp4'],
    ['an inline name', 'inline; filename="clip.mp4"', 'clip.mp4'],
    ['a path', 'attachment; filename="../../etc/passwd"', '..-..-etc-passwd'],
    ['a Windows path', String.raw`attachment; filename=C:\videos\a.mp4`, 'C:-videos-a.mp4'],
    ['control characters', 'attachment; filename="a\u0000\r\nb\u007f.mp4"', 'ab.mp4'],
    ['a bidi override', `attachment; filename*=UTF-8''a%E2%80%AE4pm.exe`, 'a4pm.exe'],
    ['half a surrogate pair', 'attachment; filename="a\ud800b.mp4"', 'ab.mp4'],
  ])('is taken from %s in Content-Disposition', (_what, header, title) => expect(titleOf(header, url)).toBe(title));

  test.each([
    ['no header', undefined],
    ['no name', 'attachment'],
    ['an empty name', 'attachment; filename=""'],
    ['a name of dots', 'attachment; filename="../.."'],
    ['nonsense', ';;;=;"'],
  ])('is the last segment of the path, decoded, when there is %s', (_what, header) =>
    expect(titleOf(header, url)).toBe('Meu vídeo.mp4'),
  );

  test.each([
    'https://media.example/',
    'https://media.example',
    'https://media.example/videos/',
    'https://media.example/%2F',
  ])('is the host when %s ends in nothing a name could be made of', (text) =>
    expect(titleOf(undefined, new URL(text))).toBe('media.example'),
  );

  test('survives a path that is not valid UTF-8', () => {
    expect(titleOf(undefined, new URL('https://media.example/a%FFb%.mp4'))).toContain('.mp4');
  });

  test('is cut at 200 characters without splitting one', () => {
    const title = titleOf(`attachment; filename*=UTF-8''${encodeURIComponent('🎬'.repeat(300))}`, url);
    expect(title).toBe('🎬'.repeat(200));
  });
});

test.each([
  ['clip.mp4', 'video/mp4', 'mp4'],
  ['clip.MP4', null, 'mp4'],
  ['clip.m4v', 'video/mp4', 'm4v'],
  ['clip.mp4', 'application/octet-stream', 'mp4'],
  ['get.php', 'video/webm', 'webm'],
  ['get', 'audio/mpeg', 'mp3'],
  ['archive.zip', 'application/octet-stream', 'zip'],
  ['get', 'application/octet-stream', null],
  ['get', null, null],
  ['a.constructor', 'constructor', null],
])('%s of type %s has the format %s', (name, type, format) => expect(extensionOf(name, type)).toBe(format));

test('a saved file has its extension exactly once', () => {
  expect(fileName('clip.mp4', 'mp4')).toBe('clip.mp4');
  expect(fileName('Clip.MP4', 'mp4')).toBe('Clip.MP4');
  expect(fileName('A song', 'm4a')).toBe('A song.m4a');
  expect(fileName('A song', null)).toBe('A song');
});
