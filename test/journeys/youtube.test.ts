import { ALL_FORMATS, BufferSource, Input } from 'mediabunny';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { startYouTubeOrigin, type YouTubeOrigin } from '../support/origins/youtube-origin.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

// YouTube itself cannot exist here: a stand-in speaks enough of its protocol for the libraries to run unmodified.
const here = { skip: deployedUrl !== undefined };
let stack: TestStack;
let origin: YouTubeOrigin;
beforeAll(async () => {
  origin = await startYouTubeOrigin();
  process.env['FASTTRACK_HOST_OVERRIDES'] = JSON.stringify(origin.hostOverrides);
  stack = await aStack();
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const watch = (id: string) => `https://www.youtube.com/watch?v=${id}`;

/** The codecs of the file that a person gets. */
async function tracksOf(id: string): Promise<string[]> {
  const bytes = await (await fetch(`${stack.appUrl}/downloads/${id}/file`)).arrayBuffer();
  const input = new Input({ source: new BufferSource(bytes), formats: ALL_FORMATS });
  return Promise.all((await input.getTracks()).map(async (track) => `${track.type} ${track.codec}`));
}

test('a video is inspected: its title, picture and the qualities that may be asked for', here, async () => {
  const response = await fetch(`${stack.appUrl}/downloads/inspect`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: watch('ok_________') }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    source: 'youtube',
    title: expect.stringMatching(/.+/),
    qualities: expect.arrayContaining(['best', '720p', 'ba']),
  });
});

test('720p is picture and sound, merged into one file', here, async () => {
  const app = client(stack.appUrl);
  const { id } = await app.request(watch('ok_________'), { quality: '720p' });
  const ended = await app.ended(id);
  expect(ended).toMatchObject({ status: 'completed', format: 'mp4', duration: expect.any(Number) });
  expect((await tracksOf(id)).toSorted()).toEqual(['audio aac', 'video avc']);
});

test('`ba` is sound alone, as it is', here, async () => {
  const app = client(stack.appUrl);
  const { id } = await app.request(`https://youtu.be/ok_________`, { quality: 'ba' });
  expect(await app.ended(id)).toMatchObject({ status: 'completed', format: 'm4a' });
  expect(await tracksOf(id)).toEqual(['audio aac']);
});

test('a quality that a video does not have ends with those that it has', here, async () => {
  const app = client(stack.appUrl);
  const { id } = await app.request(watch('progressive'), { quality: '1080p' });
  expect(await app.ended(id)).toMatchObject({
    status: 'failed',
    error_code: 'quality_not_available',
    error_message: expect.stringMatching(/Disponíveis: .*best.*\.$/),
  });
});

test('what YouTube refuses ends with its reason, at once', here, async () => {
  const app = client(stack.appUrl);
  const cases = { bot________: 'source_blocked', private____: 'source_private', live_______: 'source_live' };
  for (const [video, code] of Object.entries(cases)) {
    const { id } = await app.request(watch(video));
    expect(await app.ended(id), video).toMatchObject({ status: 'failed', error_code: code });
  }
});
