import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, type Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ytDlpSource } from '../../../src/media/sources/yt-dlp.ts';
import { type MediaOrigin, startMediaOrigin } from '../../support/origins/media-origin.ts';

let directory: string;
let origin: MediaOrigin;
let dispatcher: Dispatcher;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'yt-dlp-'));
  origin = await startMediaOrigin();
  dispatcher = new Agent();
});
afterAll(async () => {
  await dispatcher.destroy();
  await origin.stop();
  await rm(directory, { recursive: true });
});

const { signal } = new AbortController();
const VIDEO = new URL('https://www.youtube.com/watch?v=dQw4w9WgXcQ');

/** A program that writes down how it was called and then does as the script says. */
async function aProgram(script: string): Promise<string> {
  const path = join(directory, `program-${Math.random()}`);
  await writeFile(path, `#!/bin/sh\nprintf '%s\\n' "$@" > '${path}.args'\nenv > '${path}.env'\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}
const printing = (answer: unknown) => aProgram(`cat <<'END'\n${JSON.stringify(answer)}\nEND`);
const saying = (words: string) => aProgram(`echo '${words}' >&2; exit 1`);
const aSource = (path: string, limits = { milliseconds: 5_000, bytes: 100_000 }) =>
  ytDlpSource({ dispatcher, path, hosts: ['youtube.com'], limits });

const aVideo = () => ({
  _type: 'video',
  title: 'A film',
  thumbnail: 'https://i.example/1.jpg',
  duration: 12.5,
  formats: [
    { format_id: 'sb0', url: origin.clip(''), ext: 'mhtml', protocol: 'mhtml', vcodec: 'none', acodec: 'none' },
    { format_id: 'hls', url: origin.clip(''), ext: 'mp4', protocol: 'm3u8_native', vcodec: 'avc1', height: 1080 },
    {
      format_id: '136',
      url: origin.clip('size=5000'),
      ext: 'mp4',
      protocol: 'https',
      vcodec: 'avc1.4d401f',
      acodec: 'none',
      width: 1280,
      height: 720,
      fps: 30,
      tbr: 1200.4,
      http_headers: { 'User-Agent': 'Films/1', Cookie: 'secret=1', Host: 'elsewhere' },
    },
    {
      format_id: '140',
      url: origin.clip('size=700', '/a.m4a'),
      ext: 'm4a',
      protocol: 'https',
      vcodec: 'none',
      acodec: 'mp4a.40.2',
      tbr: 129.5,
      filesize: 700,
    },
  ],
});

test('its formats are chosen and fetched as those of any source', async () => {
  const source = aSource(await printing(aVideo()));
  const resolved = await source.resolve(VIDEO, 'best', signal);
  expect(resolved).toMatchObject({ title: 'A film', duration: 12.5, chosen: '720p mp4', extension: 'mp4' });
  expect(resolved.tracks).toMatchObject([
    { kind: 'video', length: 5_000, ranges: true, headers: { 'user-agent': 'Films/1' } },
    { kind: 'audio', length: 700, contentType: 'audio/mp4' },
  ]);
  expect(resolved.tracks[0].headers).not.toHaveProperty('cookie');
  expect(resolved.tracks[0].headers).not.toHaveProperty('host');
  const { qualities, formats } = await source.inspect(VIDEO, signal);
  expect(qualities).toEqual(['best', 'worst', 'bv+ba', 'bv', 'ba', '720p']);
  expect(formats.map(({ id }) => id)).toEqual(['136', '140']);
});

test('it is called without a shell, with the URL after the dashes, and knows none of our secrets', async () => {
  process.env['AWS_SECRET_ACCESS_KEY'] = 'secret';
  const path = await printing(aVideo());
  const url = new URL('https://www.youtube.com/watch?v=$(id);--exec=id');
  await aSource(path).inspect(url, signal);
  const args = (await readFile(`${path}.args`, 'utf8')).trimEnd().split('\n');
  expect(args.slice(-2)).toEqual(['--', url.href]);
  expect(args).toContain('--ignore-config');
  expect(args).toContain('--dump-single-json');
  const names = (await readFile(`${path}.env`, 'utf8')).split('\n').map((line) => line.split('=')[0]);
  expect(
    names.filter((name) => !['PATH', 'HOME', 'LANG', 'PWD', 'SHLVL', '_', '', 'OLDPWD'].includes(name ?? '')),
  ).toEqual([]);
  delete process.env['AWS_SECRET_ACCESS_KEY'];
});

test.each([
  'https://example.com/video',
  'http://www.youtube.com/watch?v=x',
  'https://www.youtube.com:8443/watch?v=x',
  'https://youtube.com.example.com/watch?v=x',
  'https://notyoutube.com/watch?v=x',
  'file:///etc/passwd',
])('it is never asked about %s', async (url) => {
  const path = await printing(aVideo());
  const source = aSource(path);
  expect(source.handles(new URL(url))).toBe(false);
  await expect(source.inspect(new URL(url), signal)).rejects.toMatchObject({ name: 'SourceBroken' });
  await expect(readFile(`${path}.args`)).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([
  ['ERROR: [youtube] x: Sign in to confirm you’re not a bot. Use --cookies', 'source_blocked'],
  ['ERROR: [youtube] x: Private video. Sign in if you have been granted access', 'source_private'],
  ['ERROR: [youtube] x: Sign in to confirm your age.', 'source_age_restricted'],
  ['ERROR: [youtube] x: Video unavailable. This video has been removed by the uploader', 'source_not_found'],
  ['ERROR: [youtube] x: The uploader has not made this video available in your country', 'source_geo_blocked'],
  ['ERROR: unable to download webpage: HTTP Error 429: Too Many Requests', 'source_rate_limited'],
  ['ERROR: [youtube] x: This live event will begin in 2 hours.', 'source_live'],
])('%s is told as %s', async (words, code) => {
  const source = aSource(await saying(words));
  await expect(source.resolve(VIDEO, 'best', signal)).rejects.toMatchObject({ name: 'SourceFailed', code });
});

test('a broadcast is told from the description', async () => {
  const source = aSource(await printing({ ...aVideo(), live_status: 'is_live' }));
  await expect(source.inspect(VIDEO, signal)).rejects.toMatchObject({ code: 'source_live' });
});

test.each<[string, () => Promise<string>]>([
  ['a failure that says nothing of the video', () => saying('ERROR: [youtube] x: Unable to extract player')],
  ['a crash', () => aProgram('kill -9 $$')],
  ['no JSON', () => aProgram('echo hello')],
  ['JSON of another form', () => printing({ _type: 'playlist', entries: [] })],
  ['only formats in pieces', async () => printing({ ...aVideo(), formats: aVideo().formats.slice(0, 2) })],
  ['an answer without end', () => aProgram('yes')],
  ['no program', async () => '/nowhere/yt-dlp'],
])('%s leaves the URL to another source', async (_what, program) => {
  await expect(aSource(await program()).inspect(VIDEO, signal)).rejects.toMatchObject({ name: 'SourceBroken' });
});

test('a program that hangs is stopped, and its children with it', async () => {
  const path = await aProgram('while :; do echo alive >> "$0.child"; sleep 0.02; done & wait');
  const source = aSource(path, { milliseconds: 1_500, bytes: 1_000 });
  await expect(source.inspect(VIDEO, signal)).rejects.toMatchObject({ message: /stopped: 1500 ms/ });
  const written = (await stat(`${path}.child`)).size;
  expect(written).toBeGreaterThan(0);
  await sleep(150);
  expect((await stat(`${path}.child`)).size).toBe(written);
});

test('an abort ends it with its own reason', async () => {
  const controller = new AbortController();
  const asking = aSource(await aProgram('sleep 60')).inspect(VIDEO, controller.signal);
  setTimeout(() => controller.abort(new Error('cancelled')), 100);
  await expect(asking).rejects.toThrow('cancelled');
});
