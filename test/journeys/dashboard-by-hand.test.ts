import { readFile } from 'node:fs/promises';
import { GetObjectCommand, ListBucketsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.ts';
import { CALENDAR_HEADER, calendarCsv } from '../support/calendar-csv.ts';
import { ask, dropOn, toSay, WITHIN } from '../support/dashboard.ts';
import { browser, open, origin, stack } from '../support/dashboard-world.ts';
import { anS3Client } from '../support/media-world.ts';

const downloads = async (query: string) =>
  ((await (await fetch(`${stack.appUrl}/downloads?${query}`)).json()) as { downloads: unknown[] }).downloads;

test('a calendar that is dropped beside the mark is taken all the same, and its import is shown to the end', async () => {
  const { page, complaints } = await open('/imports');
  const { text } = calendarCsv(40, 4, 'Olinda');
  const dragged = await dropOn(page.getByRole('heading', { level: 1 }), { file: { name: 'solta.csv', text } });
  expect(await page.getByRole('region', { name: 'Solte o CSV aqui' }).getAttribute('data-over')).toBe('true');
  await dragged.drop();
  await page.getByRole('heading', { name: 'solta.csv' }).waitFor(WITHIN);
  await page.getByRole('main').getByRole('status').getByText('Conferido').waitFor(WITHIN);
  await toSay(page.getByRole('main'), '40');
  await page.getByRole('table', { name: '4 linhas com erro' }).waitFor(WITHIN);
  expect(complaints).toEqual([]);
});

test('a large calendar that is dropped shows how much of it has left, and lies in S3 byte for byte', async () => {
  const { page, complaints } = await open('/imports');
  const row = `,${'x'.repeat(4_900)},2027-01-01T10:00:00,Olinda,,`;
  const text = [CALENDAR_HEADER, ...Array.from({ length: 900 }, (_, n) => `Palco ${n}${row}`)].join('\n');
  expect(text.length).toBeGreaterThan(4 * 1024 * 1024);
  const network = await page.context().newCDPSession(page);
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 4_000_000 };
  await network.send('Network.emulateNetworkConditions', slow);
  const dragged = await dropOn(page.getByRole('region', { name: 'Solte o CSV aqui' }), {
    file: { name: 'enorme.csv', text },
  });
  await dragged.drop();
  await toSay(page.getByRole('main'), 'Enviando enorme.csv (4,4 MB)');
  const sent = page.getByRole('progressbar', { name: 'Enviado' });
  const half = expect.poll(async () => Number(await sent.getAttribute('aria-valuenow', WITHIN)));
  await half.toSatisfy((percent: number) => percent > 0 && percent < 100);
  await page.getByRole('heading', { name: 'enorme.csv' }).waitFor(WITHIN);
  await page.getByRole('main').getByRole('status').getByText('Conferido').waitFor(WITHIN);
  await toSay(page.getByRole('main'), '900');
  if (stack.local !== null) expect(await liesInS3(stack.local.awsUrl, text)).toBe(true);
  expect(complaints).toEqual([]);
});

/** Whether any object in S3 is this text. */
async function liesInS3(awsUrl: string, text: string): Promise<boolean> {
  const s3 = anS3Client(awsUrl);
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: Bucket } of Buckets) {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    for (const { Key } of Contents.filter(({ Size }) => Size === text.length)) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      if ((await Body?.transformToString()) === text) return true;
    }
  }
  return false;
}

test('a link that is dropped on any view comes to the field, beside what is there, and Enter downloads', async () => {
  const { page, complaints } = await open('/');
  const [typed, dropped] = ['digitada', 'arrastada'].map((name) => origin.clip('size=1000', `/media/${name}.mp4`));
  await page.getByLabel('Endereço do vídeo').fill(typed!);
  const dragged = await dropOn(page.getByRole('main'), { link: dropped! });
  await toSay(page.locator('body'), 'Solte o link para baixar o que há nele');
  await dragged.drop();
  await toSay(page.getByRole('region', { name: 'Novo download' }), 'Endereço recebido: Enter baixa.');
  expect(await page.getByLabel('Endereço do vídeo').inputValue()).toBe(`${typed}\n${dropped}`);
  await page.keyboard.press('Enter');
  for (const name of ['digitada', 'arrastada'])
    await toSay(page.getByRole('list', { name: 'Downloads' }), `${name}.mp4`);

  await page.goto(`${stack.appUrl}/#/events`);
  const elsewhere = origin.clip('size=1000', '/media/de-longe.mp4');
  await (await dropOn(page.getByRole('heading', { name: 'Eventos' }), { link: elsewhere })).drop();
  await toSay(page.getByRole('region', { name: 'Novo download' }), 'Endereço recebido: Enter baixa.');
  await page.keyboard.press('Enter');
  await toSay(page.getByRole('list', { name: 'Downloads' }), 'de-longe.mp4');
  expect(complaints).toEqual([]);
});

test('what another app shares with the installed page comes to the field, once', async () => {
  const shared = origin.clip('size=1000', '/media/compartilhada.mp4');
  const query = new URLSearchParams({ title: 'Um vídeo', text: `Veja: ${shared}` });
  const { page, complaints } = await openPage(browser, `${stack.appUrl}/?${query}`);
  await toSay(page.getByRole('region', { name: 'Novo download' }), 'Endereço recebido: Enter baixa.');
  const manifest = (await (await fetch(`${stack.appUrl}/manifest.webmanifest`)).json()) as Record<string, unknown>;
  expect(manifest['share_target']).toMatchObject({
    action: '/',
    method: 'GET',
    params: { title: 'title', text: 'text' },
  });
  expect(await page.getByLabel('Endereço do vídeo').inputValue()).toBe(shared);
  expect(new URL(page.url()).search).toBe('');
  expect(complaints).toEqual([]);
});

test('many rows that failed are read on as they are scrolled through, and the file has them all', async () => {
  const { page, complaints } = await open('/imports');
  const { text, broken } = calendarCsv(700, 700, 'Natal');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'quebrada.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await page.getByRole('main').getByRole('status').getByText('Conferido').waitFor(WITHIN);
  const table = page.getByRole('table', { name: '700 linhas com erro' });
  await table.waitFor(WITHIN);
  const shown = () => table.getByRole('row').count();
  await expect.poll(shown).toBeGreaterThan(100);
  expect(await shown()).toBeLessThan(701);
  for (let before = 0; before < (await shown());) {
    before = await shown();
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await expect.poll(async () => (await shown()) > before || (await shown()) === 701).toBe(true);
  }
  await table.getByRole('row', { name: /^701 / }).waitFor(WITHIN);
  const [file] = await Promise.all([
    page.waitForEvent('download', WITHIN),
    page.getByRole('link', { name: 'Baixar linhas com erro' }).click(),
  ]);
  const lines = new Set(
    [...(await readFile(await file.path(), 'utf8')).matchAll(/^"?(\d+)"?,/gm)].map(([, n]) => Number(n)),
  );
  expect(lines).toEqual(new Set(broken.map(({ line }) => line)));
  expect(complaints).toEqual([]);
});

const TITLE = 'Frevo, "o maior"; à noite';
const EXPORTS = [
  { name: 'JSON', type: 'application/json', has: JSON.stringify(TITLE) },
  { name: 'CSV', type: 'text/csv', has: '"Frevo, ""o maior""; à noite",' },
  { name: 'CSV para Excel', type: 'text/csv', has: '"Frevo, ""o maior""; à noite";' },
  { name: 'NDJSON', type: 'application/x-ndjson', has: JSON.stringify(TITLE) },
  { name: 'iCalendar (.ics)', type: 'text/calendar', has: 'SUMMARY:Frevo\\, "o maior"\\; à noite' },
];

test('the events that a filter shows are taken home in every format', async () => {
  for (const title of [TITLE, 'Maracatu']) {
    await fetch(`${stack.appUrl}/eventos`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': encodeURIComponent(title) },
      body: JSON.stringify({ title, event_date: '2027-02-06T20:00:00', city: 'Olinda' }),
    });
  }
  const { page, complaints } = await open('/events');
  const other = page.getByRole('row', { name: /Maracatu/ });
  await other.waitFor(WITHIN);
  await page.getByLabel('Buscar').fill('Frevo');
  await other.waitFor({ ...WITHIN, state: 'detached' });
  for (const { name, type, has } of EXPORTS) {
    await page.getByRole('button', { name: 'Exportar' }).click();
    const [file] = await Promise.all([
      page.waitForEvent('download', WITHIN),
      page.getByRole('menuitem', { name, exact: true }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text, name).toContain(has);
    expect(text, name).not.toContain('Maracatu');
    expect(text.startsWith('\uFEFF'), name).toBe(name === 'CSV para Excel');
    expect((await fetch(file.url())).headers.get('content-type'), name).toContain(type);
  }
  expect(complaints).toEqual([]);
});

test('what is selected is deleted and comes back whole when that is undone; what is not undone is gone everywhere', async () => {
  const { page, complaints } = await open();
  for (const name of ['um', 'dois', 'tres']) await ask(page, origin.clip('size=1000', `/media/sobra-${name}.mp4`));
  await page.getByRole('searchbox', { name: 'Buscar título ou endereço' }).fill('sobra');
  const cards = page.getByRole('list', { name: 'Downloads' }).getByRole('listitem');
  await expect.poll(() => cards.getByText('Concluído', { exact: true }).count()).toBe(3);
  const remaining = async () => (await downloads('q=sobra')).length;
  const deleteAll = async () => {
    await page.getByRole('checkbox', { name: 'Selecionar todos' }).check();
    await page.getByRole('region', { name: '3 selecionados' }).getByRole('button', { name: 'Apagar' }).click();
    await expect.poll(() => cards.count()).toBe(0);
  };
  await deleteAll();
  await page.getByRole('button', { name: 'Desfazer' }).click();
  await expect.poll(() => cards.count()).toBe(3);
  await deleteAll();
  expect(await remaining()).toBe(3);
  await expect.poll(remaining).toBe(0);
  expect(await cards.count()).toBe(0);
  expect(complaints).toEqual([]);
});

test('what is typed while something is sent stays in the field', async () => {
  const { page, complaints } = await open();
  const field = page.getByLabel('Endereço do vídeo');
  const [first, next] = ['primeira', 'seguinte'].map((name) => origin.clip('size=1000', `/media/${name}.mp4`));
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/downloads', async (route) => {
    await held;
    await route.continue();
  });
  await field.fill(first!);
  await page.keyboard.press('Enter');
  await field.fill(next!);
  answer();
  await toSay(page.getByRole('list', { name: 'Downloads' }), 'primeira.mp4');
  expect(await field.inputValue()).toBe(next);
  expect(complaints).toEqual([]);
});

test('all that failed is cleared at once, after a question that may be answered no', async () => {
  const { page, complaints } = await open();
  for (const name of ['a', 'b'])
    await toSay(await ask(page, origin.clip('status=404', `/media/falha-${name}.mp4`)), 'Falhou');
  await page.getByRole('button', { name: /^Falharam/ }).click();
  const clear = page.getByRole('button', { name: 'Limpar', exact: true });
  const dialog = page.getByRole('dialog', { name: 'Apagar todos os 2 downloads?' });
  await clear.click();
  await dialog.getByRole('button', { name: 'Cancelar' }).click();
  await dialog.waitFor({ ...WITHIN, state: 'detached' });
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Limpar');
  expect(await downloads('status=failed')).toHaveLength(2);
  await clear.click();
  await dialog.getByRole('button', { name: 'Apagar' }).click();
  await toSay(page.getByRole('main'), 'Nada falhou');
  expect(await downloads('status=failed')).toEqual([]);
  expect(complaints).toEqual([]);
});
