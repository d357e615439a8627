import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Dashboard } from '../../contract/snapshot.ts';
import { launchBrowser, openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { eventually } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { seedHtml, seedReactScript } from '../support/seed-pages.ts';
import { servePages, type PageServer } from '../support/serve-pages.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

/** A folder to keep pictures of the pages in. */
const PICTURES = process.env['PICTURES'];
const MB = 1024 * 1024;
/** The rest waits, because ten run at one time. */
const ASKED = 12;

let stack: TestStack;
let origin: MediaOrigin;
let browser: Browser;
let pages: PageServer;
beforeAll(async () => {
  [stack, origin, browser] = await Promise.all([aStack(), startMediaOrigin(), launchBrowser()]);
  pages = await servePages({
    '/page.html': await seedHtml(stack.appUrl),
    '/react.html': '<!doctype html><div id="root"></div><script src="/react.js"></script>',
    '/react.js': await seedReactScript(stack.appUrl),
  });
  const app = client(stack.appUrl);
  const ended = [await app.request(origin.clip('size=1000')), await app.request(origin.clip('status=404'))];
  await Promise.all(ended.map(({ id }) => app.ended(id)));
  const slow = Array.from({ length: ASKED }, (_, n) => `size=${6 * MB}&seed=${n}&rate=${MB / 32}`);
  for (const query of slow) await app.request(origin.clip(query, '/media/Recife%20%C3%A0%20noite.mp4'));
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([stack?.stop(), origin?.stop(), pages?.stop()]);
});

const queueStats = async () =>
  ((await (await fetch(`${stack.appUrl}/downloads/dashboard`)).json()) as Dashboard).queue_stats;

/** Opens a page, and keeps when it was told of the dashboard. */
async function watch(url: string) {
  const { page, complaints } = await openPage(browser, 'about:blank');
  const told: number[] = [];
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      if ((JSON.parse(String(payload)) as { type: string }).type === 'dashboard_update') told.push(Date.now());
    }),
  );
  await page.goto(url);
  return { page, complaints, told };
}

const counters = async (page: Page) => (await page.locator('.stat-card > div').allTextContents()).map(Number);
/** What a person reads on the first card. */
async function card(page: Page) {
  const text = await page.locator('.download-card').first().innerText();
  const progress = Number(/Progresso: ?([\d.]+)%/.exec(text)?.[1]);
  return { text, progress, width: await page.locator('.progress-fill').first().getAttribute('style') };
}

// Counters of a deployment are not this test's alone.
test.concurrent.each([
  ['HTML page', 'page.html'],
  ['React component', 'react.html'],
])(
  "the seed's own %s shows true counters and cards that grow, each 3 s",
  { skip: deployedUrl !== undefined, timeout: 120_000 },
  async (_, name) => {
    const { page, complaints, told } = await watch(`${pages.url}/${name}`);
    await page.locator('.download-card').first().waitFor();

    const { downloading, pending, completed, failed } = await eventually(async () => {
      const stats = await queueStats();
      const same = [stats.downloading, stats.pending, stats.completed, stats.failed];
      return String(await counters(page)) === String(same) && stats.downloading > 1 ? stats : undefined;
    });
    expect([downloading + pending, completed, failed]).toEqual([ASKED, 1, 1]);
    expect(pending).toBeGreaterThan(0);
    expect(await page.locator('.download-card').count()).toBe(downloading);

    const progress: number[] = [];
    for (let update = 0; update < 4; update += 1) {
      const before = told.length;
      await eventually(() => (told.length > before ? true : undefined));
      progress.push((await card(page)).progress);
    }
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(new Set(progress).size).toBeGreaterThanOrEqual(3);
    const each = (told.at(-1)! - told.at(-4)!) / 3;
    expect(each).toBeGreaterThan(1_000);
    expect(each).toBeLessThan(9_000);

    const { text, width } = await card(page);
    expect(text).toMatch(/^Recife à noite\.mp4\n/);
    expect(text).toContain('Status: downloading');
    expect(width).toMatch(/^width: ?[\d.]+%;?$/);
    const pictures = '[...document.images].filter((image) => image.complete && image.naturalWidth > 0).length';
    await eventually(async () => (Number(await page.evaluate(pictures)) > 0 ? true : undefined));
    if (PICTURES !== undefined) await page.screenshot({ path: path.join(PICTURES, `${name}.png`) });
    expect(complaints).toEqual([]);
    await page.close();
  },
);
