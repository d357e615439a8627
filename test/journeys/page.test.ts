import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
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

const WITHIN = { timeout: 30_000 };

/** Types an address as people do, and answers with its card. */
async function ask(page: Page, url: string): Promise<Locator> {
  await page.getByLabel('Endereço').fill(url);
  await page.keyboard.press('Enter');
  const card = page.getByRole('listitem').filter({ hasText: url });
  await card.waitFor(WITHIN);
  return card;
}

const toSay = (card: Locator, text: string) => card.getByText(text, { exact: true }).waitFor(WITHIN);

/** Every progress the card shows until it says that the download ended, which is hurried when enough was seen. */
async function progressOf(card: Locator, url: string, enough: (seen: number[]) => boolean): Promise<number[]> {
  await card.getByRole('progressbar', { name: /^Progresso de / }).waitFor(WITHIN);
  const seen = new Set<number>();
  const ended = toSay(card, 'Concluído').then(() => true);
  while (!(await Promise.race([ended, card.page().waitForTimeout(50)]))) {
    // Not by its role: at the end the bar hides, and a hidden one would be waited for.
    seen.add(Number(await card.locator('progress').getAttribute('value')));
    if (enough([...seen])) origin.hurry(url);
  }
  return [...seen];
}

async function fileBehind(card: Locator) {
  const [download] = await Promise.all([
    card.page().waitForEvent('download', WITHIN),
    card.getByRole('link', { name: /^Baixar arquivo/ }).click(),
  ]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(await download.path())) hash.update(chunk as Buffer);
  return { name: download.suggestedFilename(), sha256: hash.digest('hex') };
}

test('somebody types an address, sees the progress move and gets the file', async () => {
  const { page, complaints } = await openPage(browser, stack.appUrl);
  const url = origin.clip('size=3000000&seed=5&rate=200000', '/media/Recife%20%C3%A0%20noite.mp4');
  const card = await ask(page, url);

  const between = (seen: number[]) => seen.filter((value) => value > 0 && value < 100);
  const progress = await progressOf(card, url, (seen) => between(seen).length >= 3);
  expect(between(progress).length).toBeGreaterThanOrEqual(3);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  await toSay(card, 'Recife à noite.mp4');
  await card.getByText('3 MB').waitFor(WITHIN);
  await page.getByRole('status').filter({ hasText: 'Recife à noite.mp4: Concluído' }).waitFor(WITHIN);
  expect(await fileBehind(card)).toEqual({ name: 'Recife à noite.mp4', sha256: contentSha256(3_000_000, 5) });
  expect(complaints).toEqual([]);
});

test('a download that fails says why', async () => {
  const { page, complaints } = await openPage(browser, stack.appUrl);
  const card = await ask(page, origin.clip('status=404'));
  await toSay(card, 'Falhou');
  await toSay(card, 'O arquivo não existe na origem. Confira o endereço.');
  await toSay(card, 'source_not_found');
  expect(complaints).toEqual([]);
});

test('an address that is refused is explained beside the field, and stays there to be mended', async () => {
  const { page } = await openPage(browser, stack.appUrl);
  const field = page.getByLabel('Endereço');
  await field.fill('ftp://example.com/video.mp4');
  await page.getByRole('button', { name: 'Baixar' }).click();
  const reason = page.getByText('O endereço deve começar com http:// ou https://.');
  await reason.waitFor(WITHIN);
  expect(await field.inputValue()).toBe('ftp://example.com/video.mp4');
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  await page.keyboard.press('End');
  await page.keyboard.type('?');
  expect(await reason.isVisible()).toBe(false);
});

test('a hostile title is text', async () => {
  const { page, complaints } = await openPage(browser, stack.appUrl);
  const title = '<img src=x onerror=alert(1)><script>alert(2)<script>.mp4';
  const disposition = encodeURIComponent(`attachment; filename*=UTF-8''${encodeURIComponent(title)}`);
  const card = await ask(page, origin.clip(`size=1000&disposition=${disposition}`));
  await toSay(card, 'Concluído');
  await toSay(card, title);
  expect(await card.locator('img').count()).toBe(1);
  expect(complaints).toEqual([]);
});

test('what others ask for appears by itself, and what is deleted goes', async () => {
  const app = client(stack.appUrl);
  const { page, complaints } = await openPage(browser, stack.appUrl);
  const { id, url } = await app.request(origin.clip('size=2000000&seed=77&rate=10000'));
  const card = page.getByRole('listitem').filter({ hasText: url });
  await toSay(card, 'Baixando');
  await page.getByText('Ao vivo', { exact: true }).waitFor(WITHIN);

  await card.getByRole('button', { name: /^Apagar/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apagar' }).click();
  await card.waitFor({ ...WITHIN, state: 'detached' });
  expect((await fetch(`${stack.appUrl}/downloads/${id}`)).status).toBe(404);
  expect(complaints).toEqual([]);
});

test('a connection that breaks is made again, and news that come late are not believed', async () => {
  const { page, complaints } = await openPage(browser, stack.appUrl);
  let connections = 0;
  await page.routeWebSocket(/\/ws\/downloads\//, (socket) => {
    connections += 1;
    const breaks = connections === 1;
    socket.connectToServer().onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string; data: { progress: number } };
      socket.send(text);
      if (message.type !== 'download_update') return;
      socket.send(JSON.stringify({ ...message, seq: 0, data: { ...message.data, status: 'failed', progress: 1 } }));
      if (breaks && message.data.progress > 20) void socket.close();
    });
  });
  await page.reload();
  const url = origin.clip('size=3000000&seed=6&rate=400000&hold=2400000');
  const card = await ask(page, url);
  const late = (seen: number[]) => seen.some((value) => value > 50 && value < 100);
  const progress = await progressOf(card, url, (seen) => late(seen) && connections === 2);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(late(progress)).toBe(true);
  expect(connections).toBe(2);
  expect(complaints).toEqual([]);
});

test('an English reader on a small telephone reads English and need not scroll sideways', async () => {
  const { page } = await openPage(browser, stack.appUrl, { locale: 'en-GB', viewport: { width: 360, height: 640 } });
  await page.getByRole('heading', { name: 'Paste an address. Watch the download happen.' }).waitFor(WITHIN);
  await page.getByText('Connected').waitFor(WITHIN);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
});

test('the descriptions of the API lead to each other, and their policies stop nothing of theirs', async () => {
  const { page, complaints } = await openPage(browser, `${stack.appUrl}/docs`);
  await page.getByRole('link', { name: 'its own description' }).click(WITHIN);
  await page.getByRole('heading', { name: 'FastTrack in real time' }).waitFor(WITHIN);
  expect(await page.evaluate('getComputedStyle(document.querySelector("pre")).borderRadius')).toBe('8px');
  await page.getByRole('link', { name: 'HTTP API' }).click();
  await page.getByText('Ask for a download').first().waitFor(WITHIN);
  expect(complaints).toEqual([]);
});
