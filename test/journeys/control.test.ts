import { afterAll, beforeAll, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { eventually, listen } from '../support/listeners.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let origin: MediaOrigin;
beforeAll(async () => {
  [stack, origin] = await Promise.all([aStack(), startMediaOrigin()]);
});
afterAll(async () => {
  await Promise.all([stack?.stop(), origin?.stop()]);
});

const SIZE = 9 * 1024 * 1024;
/** So slow that no download is over before its test hurries it. */
const RATE = 64 * 1024;
const control = async (id: string, what: string) =>
  (await fetch(`${stack.appUrl}/downloads/${id}/${what}`, { method: 'POST' })).status;
const quiet = () => eventually(() => (origin.busy() === 0 ? true : undefined));

async function running(seed: number) {
  const app = client(stack.appUrl);
  const url = origin.clip(`size=${SIZE}&seed=${seed}&rate=${RATE}`);
  const { id, ws } = await app.request(url);
  await eventually(async () => ((await app.get(id)).bytes_downloaded > 0 ? true : undefined));
  return { app, id, ws, hurry: () => origin.hurry(url) };
}

test('a download is paused while bytes flow, stays so, and is whole after it was resumed', async () => {
  const { app, id, ws, hurry } = await running(4);
  const socket = await listen(stack.appUrl, ws);
  expect(await control(id, 'pause')).toBe(200);
  await socket.until(({ data }) => (data as { status?: string })?.status === 'paused');
  await quiet();
  expect(await app.get(id)).toMatchObject({ status: 'paused', speed: null, eta: null });
  hurry();
  expect(await control(id, 'resume')).toBe(200);
  expect(await app.ended(id)).toMatchObject({ status: 'completed', progress: 100 });
  await socket.until(({ data }) => (data as { status?: string })?.status === 'completed');
  socket.close();
  expect(await app.file(id)).toMatchObject({ sha256: contentSha256(SIZE, 4) });
});

test('a download is cancelled while bytes flow, and is whole when it is tried again', async () => {
  const { app, id, hurry } = await running(6);
  expect(await control(id, 'cancel')).toBe(200);
  await quiet();
  expect(await app.get(id)).toMatchObject({ status: 'cancelled' });
  expect((await app.file(id)).status).toBe(409);
  hurry();
  expect(await control(id, 'retry')).toBe(200);
  expect(await app.ended(id)).toMatchObject({ status: 'completed' });
  expect(await app.file(id)).toMatchObject({ sha256: contentSha256(SIZE, 6) });
});
