import { createHash } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dispatcher } from 'undici';
import { openDirect } from '../../src/media/direct-source.ts';
import { guardedDispatcher } from '../../src/media/guarded-fetch.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { type MediaOrigin, startMediaOrigin } from '../support/origins/media-origin.ts';

let origin: MediaOrigin;
let dispatcher: Dispatcher;
beforeAll(async () => {
  origin = await startMediaOrigin();
  dispatcher = guardedDispatcher({ allowPrivate: true, timeouts: { connect: 300, headers: 300, body: 300 } });
});
afterAll(async () => {
  await dispatcher.destroy();
  await origin.stop();
});

const open = (url: string, signal = new AbortController().signal) => openDirect(url, { dispatcher, signal });
async function read(body: AsyncIterable<Buffer>) {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

test('a media URL is opened by one GET that says what its answer says', async () => {
  const url = origin.clip('size=300000&seed=7&redirect=1', '/media/a%20clip.mp4');
  const before = origin.requests.length;
  const { body, ...media } = await open(url);
  expect(media).toEqual({
    title: 'a clip.mp4',
    contentType: 'video/mp4',
    extension: 'mp4',
    length: 300_000,
    thumbnail: null,
    validators: { etag: '"300000-7"', lastModified: 'Mon, 23 Nov 2026 10:00:00 GMT' },
    finalUrl: url.replace('redirect=1', 'redirect=0'),
  });
  expect(await read(body)).toEqual({ bytes: 300_000, sha256: contentSha256(300_000, 7) });
  const [, request, ...more] = origin.requests.slice(before);
  expect(more).toEqual([]);
  expect(request).toMatchObject({
    method: 'GET',
    headers: { 'user-agent': 'FastTrack/1', 'accept-encoding': 'identity' },
  });
});

test('an unknown length is null', async () => {
  const { body, length } = await open(origin.clip('size=300000&seed=7&length=none&etag=none'));
  expect(length).toBeNull();
  expect(await read(body)).toEqual({ bytes: 300_000, sha256: contentSha256(300_000, 7) });
});

test('the name given by the origin wins over the path', async () => {
  const disposition = encodeURIComponent(`attachment; filename*=UTF-8''can%C3%A7%C3%A3o.webm`);
  const media = await open(origin.clip(`disposition=${disposition}&type=application/octet-stream`));
  expect(media).toMatchObject({ title: 'canção.webm', extension: 'webm', contentType: 'application/octet-stream' });
  media.body.destroy();
});

test.each([
  ['status=404', 'source_not_found'],
  ['status=410', 'source_not_found'],
  ['status=401', 'source_refused'],
  ['status=403', 'source_refused'],
  ['status=429', 'source_rate_limited'],
  ['status=500', 'source_unavailable'],
  ['status=503', 'source_unavailable'],
  ['status=206', 'source_unavailable'],
  ['status=204', 'source_empty'],
  ['size=0', 'source_empty'],
  ['type=text/html', 'source_not_media'],
  ['type=Text/HTML;%20charset=utf-8', 'source_not_media'],
  ['type=application/json', 'source_not_media'],
  ['type=application/problem%2Bjson', 'source_not_media'],
  ['encoding=gzip', 'source_unavailable'],
  ['redirect=100', 'too_many_redirects'],
])('%s is told as %s', async (query, code) => {
  await expect(open(origin.clip(query))).rejects.toMatchObject({ name: 'SourceFailed', code });
});

test('a page is fine where a page was asked for', async () => {
  const { body } = await open(origin.clip('size=10', '/pages/index.html'));
  expect(await read(body)).toMatchObject({ bytes: 10 });
});

test('an origin that nobody runs is unavailable', async () => {
  await expect(open('http://127.0.0.1:1/clip.mp4')).rejects.toMatchObject({ code: 'source_unavailable' });
  const https = origin.url.replace('http:', 'https:');
  await expect(open(`${https}/clip.mp4`)).rejects.toMatchObject({ code: 'source_unavailable' });
});

test('an origin that accepts and says nothing is unavailable', async () => {
  const mute = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => mute.once('listening', resolve));
  const attempt = open(`http://127.0.0.1:${(mute.address() as AddressInfo).port}/clip.mp4`);
  await expect(attempt).rejects.toMatchObject({ code: 'source_unavailable' });
  mute.close();
});

test.each(['disconnect=1000', 'stall=100000', 'length=%2B10', 'disconnect=1000&length=none'])(
  'a body that ends early (%s) is interrupted',
  async (fault) => {
    const { body } = await open(origin.clip(`size=300000&seed=7&${fault}`));
    await expect(read(body)).rejects.toMatchObject({ code: 'source_interrupted' });
  },
);

test('a body that fails before anybody reads it tells so to who does', async () => {
  const { body } = await open(origin.clip('size=300000&disconnect=0'));
  await new Promise((resolve) => body.once('close', resolve));
  await expect(read(body)).rejects.toMatchObject({ code: 'source_interrupted' });
});

test('a reader that takes its time is not taken for an origin that is silent', async () => {
  const { body } = await open(origin.clip('size=20000000&seed=7'));
  const hash = createHash('sha256');
  let waited = false;
  for await (const chunk of body) {
    hash.update(chunk as Buffer);
    if (!waited) await sleep(700);
    waited = true;
  }
  expect(hash.digest('hex')).toBe(contentSha256(20_000_000, 7));
});

test('an abort ends the body with its own reason', async () => {
  const controller = new AbortController();
  const { body } = await open(origin.clip('size=300000&stall=1000'), controller.signal);
  const reading = read(body);
  controller.abort(new Error('cancelled'));
  await expect(reading).rejects.toThrow('cancelled');
});

test.each(['size=100000000', 'size=100000&stall=1000'])(
  'a body that is destroyed (%s), read in part or not at all, lets its connection go at once',
  async (query) => {
    const [read, unread] = await Promise.all([open(origin.clip(query)), open(origin.clip(query))]);
    expect(origin.busy()).toBe(2);
    for await (const _chunk of read.body) break;
    unread.body.destroy();
    await expect.poll(() => origin.busy(), { interval: 5, timeout: 200 }).toBe(0);
  },
);
