import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.ts';
import { CALENDAR_HEADER, calendarCsv } from '../support/calendar-csv.ts';
import { ask, barriers, cardOf, toSay, VIEWS, WITHIN } from '../support/dashboard.ts';
import { browser, open, origin, stack } from '../support/dashboard-world.ts';

const post = (path: string, body: unknown) =>
  fetch(stack.appUrl + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test.each(['light', 'dark'] as const)('no view keeps anybody out, in the %s theme', async (colorScheme) => {
  const { page, complaints } = await open('/', { colorScheme });
  for (const view of VIEWS) {
    await page.goto(`${stack.appUrl}/#${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor(WITHIN);
    await page.waitForTimeout(200);
    expect(await barriers(page), view).toEqual([]);
  }
  expect(complaints).toEqual([]);
});

test.each(['light', 'dark'] as const)('no dialog keeps anybody out, in the %s theme', async (colorScheme) => {
  const { page, complaints } = await open('/', { colorScheme, reducedMotion: 'reduce' });
  const clear = async (what: Locator) => {
    await what.waitFor(WITHIN);
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Escape');
  };
  const url = origin.clip('status=404', '/media/perdida.mp4');
  await toSay(await ask(page, url), 'Falhou');
  await page.getByRole('button', { name: /^Falharam/ }).click();
  await page.getByRole('button', { name: 'Limpar', exact: true }).click();
  await clear(page.getByRole('dialog', { name: /^Apagar/ }));
  await page.getByLabel('Endereço do vídeo').fill(origin.clip('size=5000', '/media/olhada.mp4'));
  await page.getByRole('button', { name: 'Inspecionar' }).click();
  await clear(page.getByRole('table', { name: 'Formatos oferecidos' }));
  await cardOf(page, url).getByRole('link').first().click();
  await clear(page.getByRole('dialog', { name: 'Detalhes' }).getByRole('log'));
  await page.getByRole('button', { name: 'Atalhos do teclado' }).click();
  await clear(page.getByRole('dialog', { name: 'Atalhos do teclado' }));
  await page.getByRole('link', { name: 'Eventos' }).click();
  await page.getByRole('button', { name: 'Novo evento' }).click();
  await page.getByLabel('Informar o local').check();
  await clear(page.getByRole('dialog').getByLabel('Nome do local'));
  await page.getByRole('link', { name: 'Importações' }).click();
  await chooseFile(page, `${colorScheme}.csv`, calendarCsv(60, 6, colorScheme).text);
  await clear(page.getByRole('table', { name: '6 linhas com erro' }));
  await page.getByRole('link', { name: 'Avisos' }).click();
  await post('/notifications', { level: 'maintenance', message: `Em ${colorScheme}` });
  await page.getByRole('alert').getByText(`Em ${colorScheme}`).waitFor(WITHIN);
  await clear(page.getByRole('list', { name: 'Avisos' }));
  expect(complaints).toEqual([]);
});

test('an English reader on a small telephone reads English and need not scroll sideways anywhere', async () => {
  const { page, complaints } = await open('/', { locale: 'en-GB', viewport: { width: 360, height: 640 } });
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  for (const view of VIEWS) {
    await page.goto(`${stack.appUrl}/#${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor(WITHIN);
    expect(await page.evaluate('document.documentElement.scrollWidth'), view).toBeLessThanOrEqual(360);
  }
  expect(complaints).toEqual([]);
});

test('language and theme are chosen once and stay', async () => {
  const { page, complaints } = await open('/overview');
  await page.getByRole('button', { name: 'Tema' }).click();
  await page.getByRole('menuitemradio', { name: 'Escuro' }).click();
  await page.getByRole('button', { name: 'Idioma' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor(WITHIN);
  await page.reload();
  await page.getByRole('heading', { name: 'Overview' }).waitFor(WITHIN);
  expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe('dark');
  expect(complaints).toEqual([]);
});

test('the overview counts what there is, and who is here', async () => {
  const { page, complaints } = await open('/overview');
  await toSay(page.getByRole('main'), 'Pessoas online');
  await page
    .getByRole('table', { name: 'Conexões por canal' })
    .getByRole('row', { name: /Painel 1/ })
    .waitFor(WITHIN);
  await page.getByText('Semana', { exact: true }).click();
  await page.getByText('Ver como tabela').click();
  const today = page.getByRole('table', { name: 'Histórico' }).getByRole('row').nth(1).getByRole('cell');
  await today.first().waitFor(WITHIN);
  const [requested, completed, failed] = (await today.allTextContents()).map(Number);
  // A page is no media: it fails at once.
  await post('/downloads', { url: stack.appUrl });
  await expect
    .poll(() => today.allTextContents())
    .toEqual([requested! + 1, completed, failed! + 1].map((count) => String(count)));
  expect(await barriers(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('an event is created with a mistake mended on the way, others see it come and change, and it is exported', async () => {
  const { page } = await open('/events');
  const other = await open('/events');
  await page.getByRole('button', { name: 'Novo evento' }).click();
  const dialog = page.getByRole('dialog', { name: 'Novo evento' });
  await dialog.getByLabel('Título').fill('São João');
  await dialog.getByLabel('Data e hora').fill('2027-06-24T20:00');
  await dialog.getByRole('button', { name: 'Salvar' }).click();
  await toSay(dialog, 'Deve ter no mínimo 1.');
  expect(await dialog.getByLabel('Cidade').getAttribute('aria-invalid')).toBe('true');
  await dialog.getByLabel('Cidade').fill('Caruaru');
  await dialog.getByRole('button', { name: 'Salvar' }).click();

  const row = other.page.getByRole('row', { name: /São João/ });
  await row.waitFor(WITHIN);
  await row.getByRole('button', { name: 'Alterar São João' }).click();
  await other.page.getByLabel('Cidade').last().fill('Campina Grande');
  await other.page.getByRole('button', { name: 'Salvar' }).click();
  await page.getByRole('row', { name: /Campina Grande/ }).waitFor(WITHIN);

  await page.getByRole('button', { name: 'Exportar' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download', WITHIN),
    page.getByRole('menuitem', { name: 'iCalendar (.ics)' }).click(),
  ]);
  expect(file.suggestedFilename()).toMatch(/\.ics$/);
  expect(other.complaints).toEqual([]);
});

test('a calendar is checked, committed, its mistakes read and taken home, and undone', async () => {
  const { page, complaints } = await open('/imports');
  const { text } = calendarCsv(300, 6);
  await chooseFile(page, 'agenda.csv', text);
  const main = page.getByRole('main');
  await main.getByRole('status').getByText('Conferido').waitFor(WITHIN);
  await toSay(main, 'Seriam criadas');
  await toSay(main, '294');
  await page.getByRole('button', { name: 'Gravar' }).click();
  await main.getByRole('status').getByText('Concluída').waitFor(WITHIN);

  const failed = page.getByRole('table', { name: '6 linhas com erro' });
  await failed.getByRole('row', { name: /event_date Não é uma data conhecida/ }).waitFor(WITHIN);
  const [file] = await Promise.all([
    page.waitForEvent('download', WITHIN),
    page.getByRole('link', { name: 'Baixar linhas com erro' }).click(),
  ]);
  expect(await readFile(await file.path(), 'utf8')).toMatch(/_line.*_error/);

  await page.getByRole('button', { name: 'Desfazer a importação' }).click();
  await main.getByRole('status').getByText('Desfeita').waitFor(WITHIN);
  await page.goto(`${stack.appUrl}/#/imports`);
  await page.getByRole('link', { name: /^agenda\.csv Desfeita/ }).waitFor(WITHIN);
  expect(complaints).toEqual([]);
}, 120_000);

test('what is larger than a form may be goes straight to S3 by itself', async () => {
  const { page, complaints } = await open('/imports');
  const long = 'x'.repeat(4_800);
  const rows = Array.from({ length: 1000 }, (_, n) => `Palco ${n},${long},2027-01-01T10:00:00,Olinda,,`);
  await page.getByText('Importar direto').click();
  const [posted] = await Promise.all([
    page.waitForRequest((request) => request.method() === 'POST' && !request.url().startsWith(stack.appUrl), WITHIN),
    chooseFile(page, 'grande.csv', [CALENDAR_HEADER, ...rows].join('\n')),
  ]);
  expect(posted.url()).not.toContain('/uploads');
  await page.getByRole('main').getByRole('status').getByText('Concluída').waitFor({ timeout: 60_000 });
  await toSay(page.getByRole('main'), '1.000');
  expect(complaints).toEqual([]);
}, 120_000);

const chooseFile = (page: Page, name: string, text: string) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

test('what is announced is seen wherever somebody is, and read again later', async () => {
  const { page, complaints } = await open('/overview');
  await post('/notifications', { level: 'maintenance', message: '<b>Manutenção</b> às 22h' });
  await page.getByRole('alert').getByText('<b>Manutenção</b> às 22h').waitFor(WITHIN);
  await page.getByRole('link', { name: /^Avisos/ }).click();
  await toSay(page.getByRole('list', { name: 'Avisos' }), '<b>Manutenção</b> às 22h');
  expect(complaints).toEqual([]);

  const late = await open('/notices');
  await toSay(late.page.getByRole('list', { name: 'Avisos' }), '<b>Manutenção</b> às 22h');
  await late.page.getByRole('button', { name: 'Limpar' }).click();
  await late.page.reload();
  await late.page.getByText('Ao vivo', { exact: true }).first().waitFor(WITHIN);
  await toSay(late.page.getByRole('main'), 'Nenhum aviso');
  expect(late.complaints).toEqual([]);
});

test('without a network the page opens all the same, and says that it is offline', async () => {
  const { page } = await open();
  await page.evaluate('navigator.serviceWorker.ready');
  // What the worker keeps is what it has seen.
  await page.reload();
  await page.getByText('Ao vivo', { exact: true }).first().waitFor(WITHIN);
  await page.context().setOffline(true);
  await page.reload();
  await page.getByText('Sem rede').first().waitFor(WITHIN);
  await page.context().setOffline(false);
  await page.getByText('Ao vivo', { exact: true }).first().waitFor(WITHIN);
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
