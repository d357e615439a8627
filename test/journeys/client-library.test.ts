import type { Browser } from 'playwright-core';
import { EventSource, WebSocket } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type State } from '../../client/connect.ts';
import type { Options } from '../../client/settings.ts';
import type { DownloadUpdate } from '../../contract/notification.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { eventually } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { aStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let origin: MediaOrigin;
let browser: Browser;
beforeAll(async () => {
  [stack, origin, browser] = await Promise.all([aStack(), startMediaOrigin(), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([stack?.stop(), origin?.stop()]);
});

test.each<[State['transport'], Options]>([
  ['websocket', { WebSocket, EventSource }],
  ['sse', { WebSocket: null, EventSource }],
  ['polling', { WebSocket: null, EventSource: null }],
])('a program hears of a download by %s, from its beginning to its whole end', async (transport, options) => {
  const url = origin.clip('size=3000000&rate=200000');
  const { id } = await client(stack.appUrl).request(url);
  const heard: DownloadUpdate[] = [];
  const listener = connect({
    url: stack.appUrl,
    channel: { download: id },
    on: (notification) => heard.push(notification),
    timing: { longestWaitMs: 200, pollEachMs: 300 },
    ...options,
  });
  await eventually(() => heard.find(({ data }) => data.status === 'downloading'));
  expect(listener.state()).toMatchObject({ status: 'live', transport });
  const between = () => heard.map(({ data }) => data.progress).filter((progress) => progress > 0 && progress < 100);
  await eventually(() => (between().length >= 2 ? true : undefined));
  origin.hurry(url);
  const { data } = await eventually(() => heard.find(({ data }) => data.status === 'completed'));
  listener.close();
  expect(data).toMatchObject({ progress: 100, file_size: 3_000_000, file_path: expect.stringContaining(id) });
  const progress = heard.map(({ data }) => data.progress);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
});

test('a page imports the library, and is live again as soon as its network is back', async () => {
  const { id } = await client(stack.appUrl).request(origin.clip('size=8000000&rate=20000'));
  const { page, complaints } = await openPage(browser, stack.appUrl);
  const last = () => page.evaluate<{ status: string; inMs: number }>('lastState()');
  const isLive = async () => ((await last()).status === 'live' ? true : undefined);
  await page.evaluate(`(async () => {
    // Each wait is as long as it may be.
    Math.random = () => 0.999;
    let state;
    globalThis.lastState = () => ({ status: state?.status, inMs: (state?.nextTryAt ?? 0) - Date.now() });
    const { createWebSocket, connect } = await import('/assets/fasttrack-client.js');
    globalThis.messages = [];
    const ws = location.origin.replace('http', 'ws');
    createWebSocket(ws + '/ws/downloads/${id}', (event) => messages.push(JSON.parse(event.data).type));
    connect({
      url: location.origin,
      channel: { download: '${id}' },
      on() {
        throw new Error('of the listener');
      },
      onState: (now) => (state = now),
      // A busy machine answers late, which is no reason to do without WebSocket.
      timing: { pingEachMs: 1000, answerWithinMs: 3000, failuresBeforeFallback: 100 },
    });
  })()`);
  await eventually(isLive);
  await eventually(async () => ((await page.evaluate('messages.length')) === 0 ? undefined : true));
  // A listener that throws is heard of, and harms nobody but itself.
  await eventually(() => complaints.find((text) => text === 'Error: of the listener'));
  await page.context().setOffline(true);
  await page.evaluate(`WebSocket.prototype.send = function () {}`);
  const due = await eventually(async () => {
    const { status, inMs } = await last();
    return status === 'offline' && inMs > 6000 ? Date.now() + inMs : undefined;
  }, 60_000);
  await page.context().setOffline(false);
  await eventually(isLive);
  expect(Date.now()).toBeLessThan(due);
  expect(new Set(await page.evaluate<string[]>('messages'))).toEqual(new Set(['download_update']));
  // What was tried without a network is in the console; nothing else is.
  const others = complaints.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'));
  expect(new Set(others)).toEqual(new Set(['Error: of the listener']));
}, 120_000);
