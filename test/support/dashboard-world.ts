import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';
import { openDashboard } from './dashboard.ts';
import { startMediaOrigin, type MediaOrigin } from './origins/media-origin.ts';
import { aStack, type TestStack } from './stack.ts';

// Whoever imports them has them in each test of its file: a stack, where its downloads come from, and who looks at it.
export let stack: TestStack;
export let origin: MediaOrigin;
export let browser: Browser;

beforeAll(async () => {
  [stack, origin, browser] = await Promise.all([aStack(), startMediaOrigin(), launchBrowser()]);
});
// Pages that stay open go on listening.
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([stack?.stop(), origin?.stop()]);
});

/** Opens a view and waits until it is live. */
export const open = (view?: string, options?: BrowserContextOptions) =>
  openDashboard(browser, stack.appUrl, view, options);
