import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { openPage } from './browser.ts';

/** How long a person would wait, on a machine that does much else. */
export const WITHIN = { timeout: 30_000 };

/** The views of the dashboard, by their address. */
export const VIEWS = ['/', '/overview', '/events', '/imports', '/console', '/notices'];

/** Opens a view and waits until it is live. */
export async function openDashboard(browser: Browser, appUrl: string, view = '/', options?: BrowserContextOptions) {
  const opened = await openPage(browser, `${appUrl}/#${view}`, options);
  await opened.page
    .getByText(/^(Ao vivo|Live)$/)
    .first()
    .waitFor(WITHIN);
  return opened;
}

/** Types an address as people do, and answers with its card. */
export async function ask(page: Page, url: string): Promise<Locator> {
  await page.getByLabel('Endereço do vídeo').fill(url);
  await page.keyboard.press('Enter');
  const card = cardOf(page, url);
  await card.waitFor(WITHIN);
  return card;
}

/** The newest card: a title is known only later. */
export const cardOf = (page: Page, url: string): Locator =>
  page
    .getByRole('listitem')
    .filter({ hasText: new URL(url).host })
    .first();

export const toSay = (place: Locator, text: string): Promise<void> =>
  place.getByText(text, { exact: true }).first().waitFor(WITHIN);

/** Every progress the card shows until it says that the download ended; `tell` hears them as they come. */
export async function progressOf(card: Locator, tell: (seen: number[]) => void): Promise<number[]> {
  const bar = card.getByRole('progressbar', { name: /^Progresso de / });
  await bar.waitFor(WITHIN);
  const seen = new Set<number>();
  const ended = toSay(card, 'Concluído').then(() => true);
  while (!(await Promise.race([ended, card.page().waitForTimeout(50)]))) {
    // At the end the bar goes.
    for (const each of await bar.all()) {
      const value = await each.getAttribute('aria-valuenow', { timeout: 200 }).catch(() => null);
      if (value !== null) seen.add(Number(value));
    }
    tell([...seen]);
  }
  return [...seen];
}

/** The file that a click on a card's link saves. */
export async function fileBehind(card: Locator) {
  const [download] = await Promise.all([
    card.page().waitForEvent('download', WITHIN),
    card.getByRole('link', { name: /^Baixar arquivo/ }).click(),
  ]);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(await download.path())) hash.update(chunk as Buffer);
  return { name: download.suggestedFilename(), sha256: hash.digest('hex') };
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds that keeps people out or in their way, with the elements it is of. */
export async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return await page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact !== 'minor')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 160) + ' ' + failureSummary)))`);
}

type Dragged = { file: { name: string; text: string } } | { link: string };

/** Drags something from outside over a place until the page takes it, as a mouse does; `drop` lets it go there. */
export async function dropOn(place: Locator, dragged: Dragged) {
  const filling =
    'link' in dragged
      ? `setData('text/uri-list', ${JSON.stringify(dragged.link)})`
      : `items.add(new File([${JSON.stringify(dragged.file.text)}], ${JSON.stringify(dragged.file.name)}, { type: 'text/csv' }))`;
  const dataTransfer = await place
    .page()
    .evaluateHandle(`(() => { const data = new DataTransfer(); data.${filling}; return data; })()`);
  await place.page().evaluate(`addEventListener('dragover', (event) => (globalThis.lastOver = event))`);
  // Over what does not take it, a browser drops nothing.
  for (let isTaken = false; !isTaken; isTaken = await place.page().evaluate('lastOver.defaultPrevented')) {
    await place.dispatchEvent('dragover', { dataTransfer });
  }
  return { drop: () => place.dispatchEvent('drop', { dataTransfer }) };
}
