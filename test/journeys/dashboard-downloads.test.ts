import { expect, test } from 'vitest';
import { openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { ask, cardOf, fileBehind, progressOf, toSay, WITHIN } from '../support/dashboard.ts';
import { browser, open, origin, stack } from '../support/dashboard-world.ts';
import { contentSha256 } from '../support/origins/media-content.ts';
import { deployedUrl } from '../support/stack.ts';

test('somebody types an address, sees the progress move, plays what came and gets the file', async () => {
  const { page, complaints } = await open();
  const url = origin.clip('size=3000000&seed=5&rate=200000', '/media/Recife%20%C3%A0%20noite.mp4');
  const card = await ask(page, url);
  const between = (seen: number[]) => seen.filter((value) => value > 0 && value < 100).length;
  const progress = await progressOf(card, (seen) => between(seen) >= 3 && origin.hurry(url));
  expect(between(progress)).toBeGreaterThanOrEqual(3);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  await toSay(card, 'Recife à noite.mp4');
  await toSay(card, '3 MB');
  await page
    .getByRole('status')
    .getByText('Recife à noite.mp4: Concluído')
    .waitFor({ ...WITHIN, state: 'attached' });
  expect(await fileBehind(card)).toEqual({ name: 'Recife à noite.mp4', sha256: contentSha256(3_000_000, 5) });

  await card.getByRole('button', { name: 'Reproduzir Recife à noite.mp4' }).click();
  await page.getByRole('dialog', { name: 'Recife à noite.mp4' }).locator('video').waitFor(WITHIN);
  await page.keyboard.press('Escape');
  expect(complaints).toEqual([]);
});

test('many addresses at once: what is refused stays in the field with its reason, the others begin', async () => {
  const { page, complaints } = await open();
  const field = page.getByLabel('Endereço do vídeo');
  const good = [31, 32].map((seed) => origin.clip(`size=1000&seed=${seed}`, `/media/lote-${seed}.mp4`));
  await field.fill([...good, 'ftp://example.com/video.mp4'].join('\n'));
  await page.getByRole('button', { name: 'Baixar 3' }).click();
  await page.getByText('O endereço deve começar com http:// ou https://.').waitFor(WITHIN);
  expect(await field.inputValue()).toBe('ftp://example.com/video.mp4');
  for (const seed of [31, 32]) await toSay(page.getByRole('list', { name: 'Downloads' }), `lote-${seed}.mp4`);
  expect(complaints).toEqual([]);
});

test('a download that fails says why, and one tap brings its address back to be mended', async () => {
  const { page, complaints } = await open();
  const url = origin.clip('status=404', '/media/perdida.mp4');
  const card = await ask(page, url);
  await toSay(card, 'O arquivo não existe na origem. Confira o endereço.');
  await toSay(card, 'source_not_found');
  await card.getByRole('button', { name: 'Corrigir o endereço' }).click();
  expect(await page.getByLabel('Endereço do vídeo').inputValue()).toBe(url);
  expect(complaints).toEqual([]);
});

test('an address is looked at before anything is downloaded', async () => {
  const { page, complaints } = await open();
  await page.getByLabel('Endereço do vídeo').fill(origin.clip('size=5000&seed=41', '/media/olhada.mp4'));
  await page.getByRole('button', { name: 'Inspecionar' }).click();
  const found = page.getByRole('region', { name: 'O que há neste endereço' });
  await toSay(found, 'olhada.mp4');
  await found.getByRole('table', { name: 'Formatos oferecidos' }).waitFor(WITHIN);
  await found.getByRole('button', { name: 'Baixar este arquivo' }).click();
  await toSay(cardOf(page, origin.url), 'Concluído');
  expect(complaints).toEqual([]);
});

test('a download is paused, goes on, is cancelled and tried again; one that is deleted comes back when that is undone', async () => {
  const { page, complaints } = await open();
  const card = await ask(page, origin.clip('size=4000000&seed=51&rate=10000', '/media/longa.mp4'));
  await toSay(card, 'Baixando');
  await card.getByRole('button', { name: 'Pausar: longa.mp4' }).click();
  await toSay(card, 'Pausado');
  await card.getByRole('button', { name: 'Retomar: longa.mp4' }).click();
  await toSay(card, 'Baixando');
  await card.getByRole('button', { name: 'Cancelar: longa.mp4' }).click();
  await toSay(card, 'Cancelado');

  const title = page.getByRole('heading', { name: 'longa.mp4' });
  await card.getByRole('checkbox').check();
  await page.getByRole('region', { name: '1 selecionado' }).getByRole('button', { name: 'Apagar' }).click();
  await title.waitFor({ ...WITHIN, state: 'detached' });
  await page.getByRole('button', { name: 'Desfazer' }).click();
  await title.waitFor(WITHIN);
  expect(complaints).toEqual([]);
});

test('a hostile title is text', async () => {
  const { page, complaints } = await open();
  const title = '<img src=x onerror=alert(1)><script>alert(2)<script>.mp4';
  const disposition = encodeURIComponent(`attachment; filename*=UTF-8''${encodeURIComponent(title)}`);
  const card = await ask(page, origin.clip(`size=1000&disposition=${disposition}`));
  await toSay(card, title);
  expect(await card.locator('img').count()).toBe(1);
  expect(complaints).toEqual([]);
});

test('what others ask for appears by itself, its log is read while it is written, and what they delete goes', async () => {
  const app = client(stack.appUrl);
  const { page, complaints } = await open();
  const clip = origin.clip('size=2000000&seed=77&rate=10000', '/media/alheia.mp3');
  const { id } = await app.request(clip);
  await page.getByRole('heading', { name: 'alheia.mp3' }).waitFor(WITHIN);
  await page.getByRole('link', { name: 'alheia.mp3' }).click();
  const log = page.getByRole('dialog', { name: 'Detalhes' }).getByRole('log');
  await log.getByText(/^Download pedido/).waitFor(WITHIN);
  origin.hurry(clip);
  await log.getByText(/^Concluído/).waitFor(WITHIN);
  // Only the API says when it ended: until the page has asked, it would ask for what is no longer there.
  await page.getByRole('dialog').getByText('agora', { exact: true }).waitFor(WITHIN);
  await page.keyboard.press('Escape');

  await fetch(`${stack.appUrl}/downloads/${id}`, { method: 'DELETE' });
  await page.getByRole('heading', { name: 'alheia.mp3' }).waitFor({ ...WITHIN, state: 'detached' });
  expect(complaints).toEqual([]);
});

test('where WebSockets do not get through, the page is live by server-sent events', async () => {
  const { page, complaints } = await openPage(browser, 'about:blank');
  await page.addInitScript('delete globalThis.WebSocket');
  await page.goto(stack.appUrl);
  await page.getByText('Ao vivo (SSE)').first().waitFor(WITHIN);
  const clip = origin.clip('size=2000000&seed=91&rate=100000', '/media/sem-websocket.mp4');
  await client(stack.appUrl).request(clip);
  const card = page.getByRole('listitem').filter({ hasText: 'sem-websocket.mp4' });
  await card.getByRole('progressbar').waitFor(WITHIN);
  origin.hurry(clip);
  await toSay(card, 'Concluído');
  expect(complaints).toEqual([]);
}, 60_000);

test('ten thousand downloads are scrolled through with few of them on the page', async () => {
  const { page, complaints } = await openPage(browser, 'about:blank');
  await page.route(/\/downloads\?/, (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get('cursor') ?? 0);
    const downloads = Array.from({ length: 100 }, (_, index) => aDownload(from + index));
    const next_cursor = from + 100 < 10_000 ? String(from + 100) : null;
    return route.fulfill({ json: { downloads, next_cursor, examined: 100 } });
  });
  await page.route(/\/downloads\/fake-\d+\/file/, (route) => route.fulfill({ path: 'demo/clips/sertao.mp4' }));
  await page.goto(stack.appUrl);
  await page.getByRole('heading', { name: 'Filme 0', exact: true }).waitFor(WITHIN);
  const last = page.getByRole('heading', { name: 'Filme 9999', exact: true });
  for (let step = 0; step < 400 && !(await last.isVisible()); step += 1) {
    await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await page.waitForTimeout(50);
  }
  await last.waitFor(WITHIN);
  expect(await page.getByRole('listitem').count()).toBeLessThan(40);
  await page.getByRole('listitem').filter({ has: last }).locator('video[data-shown=true]').waitFor(WITHIN);
  expect(complaints).toEqual([]);
}, 120_000);

test.skipIf(deployedUrl !== undefined)(
  'while the stack restarts the page says so, and then goes on by itself',
  async () => {
    const { page } = await open();
    const clip = origin.clip('size=3000000&seed=6&rate=10000', '/media/atravessa.mp4');
    const card = await ask(page, clip);
    await toSay(card, 'Baixando');
    const restarted = stack.restart();
    await page
      .getByText(/^Reconect/)
      .first()
      .waitFor(WITHIN);
    await restarted;
    await page.getByText('Ao vivo', { exact: true }).first().waitFor({ timeout: 40_000 });
    origin.hurry(clip);
    await card.getByText('Concluído', { exact: true }).waitFor({ timeout: 60_000 });
  },
  120_000,
);

const aDownload = (index: number) => ({
  id: `fake-${index}`,
  url: `https://example.com/${index}.mp4`,
  title: `Filme ${index}`,
  thumbnail: '/thumbnail.svg',
  status: 'completed',
  progress: 100,
  quality: 'best',
  duration: 60,
  phase: null,
  bytes_downloaded: 1000,
  bytes_total: 1000,
  speed: null,
  eta: null,
  error_code: null,
  error_message: null,
  file_path: `/downloads/fake-${index}/file`,
  file_size: 1000,
  format: 'mp4',
  shared: false,
  created_at: new Date(Date.UTC(2026, 0, 1) - index * 1000).toISOString(),
  started_at: null,
  completed_at: null,
  expires_at: null,
});
