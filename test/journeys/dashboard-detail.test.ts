import type { Locator, Page, WebSocketRoute } from 'playwright-core';
import { expect, test } from 'vitest';
import type { LogLine } from '../../contract/notification.ts';
import { openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { barriers, openDashboard, toSay, WITHIN } from '../support/dashboard.ts';
import { browser, origin, stack } from '../support/dashboard-world.ts';

const English = { locale: 'en-GB' };

async function openDetail(page: Page, title: string, name: string): Promise<Locator> {
  await page.getByRole('link', { name: title }).click(WITHIN);
  return page.getByRole('dialog', { name });
}

/** The rows of the table of attempts, newest first, without the moment of each. */
async function rowsOf(table: Locator): Promise<string[][]> {
  const rows = await table
    .getByRole('row')
    .filter({ has: table.page().getByRole('cell') })
    .all();
  const cells = await Promise.all(rows.map((row) => row.getByRole('cell').allInnerTexts()));
  return cells.map(([number = '', , ...rest]) => [number, ...rest]);
}

test('a download that failed, was tried again and completed has two attempts, the first with its reason, in the language of each reader', async () => {
  const url = origin.clip('size=2000000&seed=3&rate=100000&refuse-first=1&refuse-status=404', '/media/insistente.mp4');
  await client(stack.appUrl).request(url);
  const english = await openDashboard(browser, stack.appUrl, '/', English);
  const portuguese = await openDashboard(browser, stack.appUrl);
  const detail = await openDetail(english.page, 'insistente.mp4', 'Details');
  const detalhes = await openDetail(portuguese.page, 'insistente.mp4', 'Detalhes');
  const table = detail.getByRole('table', { name: 'Attempts' });
  await table.getByRole('cell', { name: /^Failed: The source does not have this file/ }).waitFor(WITHIN);

  await detail.getByRole('button', { name: 'Try again: insistente.mp4' }).click();
  await table.getByRole('cell', { name: 'Running now' }).waitFor(WITHIN);
  expect(await barriers(english.page)).toEqual([]);
  origin.hurry(url);
  await table.getByRole('cell', { name: 'Completed' }).waitFor(WITHIN);
  expect(await rowsOf(table)).toEqual([
    ['2', '0%', 'Completed', expect.stringMatching(/^\d+(s|min)/)],
    ['1', '0%', 'Failed: The source does not have this file. Check the address.', expect.stringMatching(/^\d+s/)],
  ]);
  const tabela = detalhes.getByRole('table', { name: 'Tentativas' });
  await tabela.getByRole('cell', { name: 'Concluída' }).waitFor(WITHIN);
  expect((await rowsOf(tabela)).map(([, , ending]) => ending)).toEqual([
    'Concluída',
    'Falhou: O arquivo não existe na origem. Confira o endereço.',
  ]);

  const log = detail.getByRole('log', { name: 'Log' });
  for (const sentence of [
    `Download requested: ${url} (quality: Best)`,
    'Another attempt requested',
    'Transferring “insistente.mp4” (mp4, 2 MB)',
    'Completed: 2 MB',
  ]) {
    await detail.getByRole('searchbox', { name: 'Search the log' }).fill(sentence);
    await toSay(log, sentence);
  }
  await detail.getByRole('searchbox', { name: 'Search the log' }).fill('Concluído');
  await toSay(log, 'Nothing found.');
  await toSay(detalhes.getByRole('log', { name: 'Registro' }), 'Concluído: 2 MB');
  expect([...english.complaints, ...portuguese.complaints]).toEqual([]);
});

test('an attempt that was paused says so, and the next goes on from there', async () => {
  const url = origin.clip('size=40000000&seed=8&hold=30000000', '/media/pausada.mp4');
  const { id } = await client(stack.appUrl).request(url);
  const { page, complaints } = await openDashboard(browser, stack.appUrl, '/', English);
  const detail = await openDetail(page, 'pausada.mp4', 'Details');
  const table = detail.getByRole('table', { name: 'Attempts' });
  await table.getByRole('cell', { name: 'Running now' }).waitFor(WITHIN);
  await expect.poll(async () => (await client(stack.appUrl).get(id)).bytes_downloaded).toBeGreaterThan(20_000_000);
  await detail.getByRole('button', { name: 'Pause: pausada.mp4' }).click();
  await table.getByRole('cell', { name: 'Paused' }).waitFor(WITHIN);
  origin.hurry(url);
  await detail.getByRole('button', { name: 'Resume: pausada.mp4' }).click();
  await table.getByRole('cell', { name: 'Completed' }).waitFor(WITHIN);
  const [second, first] = await rowsOf(table);
  expect([first?.[1], first?.[2], second?.[2]]).toEqual(['0%', 'Paused', 'Completed']);
  expect(second?.[1]).toMatch(/^[1-9]\d?%$/);
  expect(complaints).toEqual([]);
});

test('of a log of thousands of lines only those that are seen are on the page; it follows its end, and what is paused or read stays where it is', async () => {
  const { id } = await client(stack.appUrl).request(origin.clip('size=1000&seed=9', '/media/falante.mp4'));
  const { page, complaints } = await openPage(browser, 'about:blank', English);
  const tell = await tellerOn(page, id);
  await page.goto(`${stack.appUrl}/#/console/${id}`);
  const log = page.getByRole('log', { name: 'Log' });
  await toSay(log, 'Completed: 1 kB');

  tell(1, 6000);
  await toSay(log, 'Line 6,000: title: It is empty, but required.');
  expect(await log.getByRole('time').count()).toBeLessThan(80);
  const { scrollTop, scrollHeight, clientHeight } = await boxOf(log);
  expect(scrollHeight - clientHeight - scrollTop).toBeLessThan(2);

  await page.getByRole('button', { name: 'Pause' }).click();
  tell(6001, 6100);
  await page.getByText('Paused: 100 new lines wait.').waitFor(WITHIN);
  expect(await log.getByText('Line 6,000:').isVisible()).toBe(true);
  await page.getByRole('button', { name: 'Go on' }).click();
  await toSay(log, 'Line 6,100: title: It is empty, but required.');

  await log.hover();
  await page.mouse.wheel(0, -60_000);
  await expect.poll(() => log.getAttribute('aria-live')).toBe('off');
  const read = log.getByText(
    await log
      .getByText(/^Line 3,/)
      .first()
      .innerText(),
    { exact: true },
  );
  const place = (await read.boundingBox())?.y;
  const before = await boxOf(log);
  tell(6101, 6110);
  // The oldest ten go: what is read stays where it is only because the box is scrolled by as much.
  await expect.poll(async () => (await boxOf(log)).scrollTop).toBeLessThan(before.scrollTop - 100);
  expect((await read.boundingBox())?.y).toBeCloseTo(place ?? 0, 0);

  await page.getByRole('searchbox', { name: 'Search the log' }).fill('line 6,110:');
  await toSay(log, 'Line 6,110: title: It is empty, but required.');
  expect(await log.getByRole('time').count()).toBe(1);
  expect(complaints).toEqual([]);
});

/** What runs in the page, whose types this project's TypeScript does not know. */
type Box = { scrollTop: number; scrollHeight: number; clientHeight: number };
const boxOf = (log: Locator): Promise<Box> =>
  log.evaluate((element) => {
    const { scrollTop, scrollHeight, clientHeight } = element as unknown as Box;
    return { scrollTop, scrollHeight, clientHeight };
  });

/** The page's connection to the server; on it the test, too, says what the log of a long import would. */
async function tellerOn(page: Page, id: string) {
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws\//, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  const at = new Date().toISOString();
  const values = { column: 'title', error_code: 'required', numbers: {}, others: 0 };
  return (from: number, to: number): void => {
    for (let line = from; line <= to; line += 1) {
      const said = { level: 'warning', message: '', code: 'import_row_failed', values, line } as const;
      const whole: LogLine = { type: 'log', id, seq: 1000 + line, ...said, at, timestamp: at };
      sockets.at(-1)?.send(JSON.stringify(whole));
    }
  };
}

test('addresses are pasted anywhere, and what has to wait for the others says its place and about when', async () => {
  const { page, complaints } = await openDashboard(browser, stack.appUrl);
  // Ten run at once.
  const urls = Array.from({ length: 12 }, (_, n) =>
    origin.clip(`size=500000&seed=${n}&rate=10000`, `/media/fila-${n}.mp4`),
  );
  await page.evaluate(`{
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', ${JSON.stringify(urls.join('\n'))});
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }`);
  await page.getByRole('button', { name: 'Baixar 12' }).click(WITHIN);
  await page.getByRole('button', { name: /^Baixando\s*10$/ }).waitFor(WITHIN);
  const waiting = page.getByRole('listitem').filter({ hasText: 'Na fila' });
  await waiting.getByText(/^1º na fila · começa em cerca de /).waitFor(WITHIN);
  await waiting.getByText(/^2º na fila · começa em cerca de /).waitFor(WITHIN);
  for (const url of urls) origin.hurry(url);
  await waiting.first().waitFor({ ...WITHIN, state: 'detached' });
  await page.getByRole('button', { name: /^Baixando\s*0$/ }).waitFor(WITHIN);
  expect(complaints).toEqual([]);
});
