import type { Dispatcher } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sourceOrder, youtubeClients, ytDlpHosts } from '../../../contract/sources.ts';
import { guardedDispatcher } from '../../../src/media/guarded-fetch.ts';
import { sourceChain } from '../../../src/media/sources/chain.ts';
import { configuredSources } from '../../../src/media/sources/configured.ts';
import { startYouTubeOrigin, type YouTubeOrigin } from '../../support/origins/youtube-origin.ts';

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
const ytDlp = { path: '/nowhere/yt-dlp', hosts: ['youtube.com'] };
const sources = (order?: string) =>
  configuredSources({
    dispatcher,
    order: sourceOrder.parse(order),
    youtubeClients: youtubeClients.parse(undefined),
    hostOverrides: origin.hostOverrides,
  });
const url = (id: string) => `https://www.youtube.com/watch?v=${id}`;

test('the sources are asked in the order of their names; ytdl-core and yt-dlp only when named', () => {
  expect(sources().map(({ name }) => name)).toEqual(['youtube', 'direct']);
  expect(sources('direct, ytdl-core ,youtube').map(({ name }) => name)).toEqual(['direct', 'ytdl-core', 'youtube']);
});

test('yt-dlp is asked only where it is', () => {
  expect(sources('yt-dlp,direct').map(({ name }) => name)).toEqual(['direct']);
  const settings = { dispatcher, order: sourceOrder.parse('yt-dlp'), youtubeClients: [], ytDlp };
  expect(configuredSources(settings).map(({ name }) => name)).toEqual(['yt-dlp']);
});

test.each(['youtube,', 'youtub', ''])('an order of sources that nobody knows (%j) is refused', (order) => {
  expect(sourceOrder.safeParse(order).success).toBe(false);
});

test('clients and hosts are lists too', () => {
  expect(youtubeClients.parse(undefined)).toEqual(['VISIONOS', 'IOS']);
  expect(youtubeClients.safeParse('WEB').success).toBe(false);
  expect(ytDlpHosts.parse('vimeo.com, youtube.com')).toEqual(['vimeo.com', 'youtube.com']);
  expect(ytDlpHosts.safeParse('*').success).toBe(false);
});

test('what one source cannot read another may', async () => {
  const video = await sourceChain(sources('youtube,ytdl-core')).resolve(url('webonly____'), '720p', signal);
  expect(video).toMatchObject({ source: 'ytdl-core', chosen: '720p mp4' });
});

test('when none can, it is said that the site is not understood; a page of YouTube is never taken for media', async () => {
  await expect(sourceChain(sources()).resolve(url('webonly____'), 'best', signal)).rejects.toMatchObject({
    code: 'source_broken',
  });
  await expect(sourceChain(sources('direct')).resolve(url('ok_________'), 'best', signal)).rejects.toMatchObject({
    code: 'source_unsupported',
  });
});
