import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from 'vitest';
import { synthesise } from '../../local-cloud/command/synthesise.ts';
import { openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { ask, barriers, toSay, VIEWS, WITHIN } from '../support/dashboard.ts';
import { browser, open, origin, stack } from '../support/dashboard-world.ts';
import { deployedUrl } from '../support/stack.ts';

const announce = (message: string) =>
  fetch(`${stack.appUrl}/notifications`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ level: 'info', message }),
  });

/** What a headless browser has not: a permission, somebody who looks away, and a place where notifications appear. */
const AWAY = `
  globalThis.isAway = false;
  globalThis.told = [];
  Object.defineProperty(document, 'hidden', { get: () => isAway });
  Object.defineProperty(document, 'visibilityState', { get: () => (isAway ? 'hidden' : 'visible') });
  Object.defineProperty(Notification, 'permission', { get: () => 'granted' });
  ServiceWorkerRegistration.prototype.showNotification = async (title, { body, data }) => told.push([body, data.view]);
`;

test('who looks at another tab is told of each end and each notice once, and who looks at this one never', async () => {
  const { page, complaints } = await openPage(browser, 'about:blank');
  await page.addInitScript(AWAY);
  await page.goto(stack.appUrl);
  await page.evaluate('navigator.serviceWorker.ready');
  await toSay(page.locator('header'), 'Ao vivo');
  const told = () => page.evaluate('told');
  await toSay(await ask(page, origin.clip('size=1000&seed=1', '/media/a-vista.mp4')), 'Concluído');
  await announce('À vista');
  await page.getByRole('alert').getByText('À vista').waitFor(WITHIN);
  expect(await told()).toEqual([]);

  await page.evaluate('isAway = true');
  const app = client(stack.appUrl);
  const { id } = await app.request(origin.clip('size=1000&seed=2', '/media/longe.mp4'));
  await expect.poll(told).toEqual([['longe.mp4: Concluído', `/downloads/${id}`]]);
  const lost = await app.request(origin.clip('status=404', '/media/perdida.mp4'));
  await expect.poll(told).toHaveLength(2);
  await announce('De longe');
  await expect.poll(told).toHaveLength(3);
  expect(await told()).toEqual([
    ['longe.mp4: Concluído', `/downloads/${id}`],
    [expect.stringMatching(/: Falhou$/), `/downloads/${lost.id}`],
    ['De longe', '/notices'],
  ]);

  await page.evaluate('isAway = false');
  await toSay(await ask(page, origin.clip('size=1000&seed=3', '/media/de-volta.mp4')), 'Concluído');
  await announce('De volta');
  await page.getByRole('alert').getByText('De volta').waitFor(WITHIN);
  expect(await told()).toHaveLength(3);
  expect(complaints).toEqual([]);
});

test('where neither WebSockets nor streams get through the numbers still move, and all is live again when they do', async () => {
  const { page, complaints } = await openPage(browser, 'about:blank');
  let isBlocked = true;
  await page.routeWebSocket(/.*/, async (socket) => {
    if (isBlocked) await socket.close();
    else socket.connectToServer();
  });
  // As a proxy does that wants to read an answer whole.
  await page.route(/\/stream/, (route) => route.fulfill({ status: 403 }));
  await page.goto(stack.appUrl);
  await toSay(page.locator('header'), 'A cada 3 s');
  await page.getByText('A cada 3 s').first().hover();
  await page.getByRole('tooltip', { name: /perguntamos ao servidor a cada 3 segundos/ }).waitFor(WITHIN);

  const clip = origin.clip('size=4000000&seed=8&rate=40000', '/media/pergunta.mp4');
  const card = await ask(page, clip);
  const progress = async () => Number(await card.getByRole('progressbar').getAttribute('aria-valuenow', WITHIN));
  await expect.poll(progress).toBeGreaterThan(0);
  const first = await progress();
  await expect.poll(progress).toBeGreaterThan(first);
  origin.hurry(clip);
  await toSay(card, 'Concluído');

  isBlocked = false;
  // A network that changes is a reason to try at once.
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await toSay(page.locator('header'), 'Ao vivo');
  await client(stack.appUrl).request(origin.clip('size=1000', '/media/outra-vez.mp4'));
  await toSay(page.getByRole('list', { name: 'Downloads' }), 'outra-vez.mp4');
  expect(complaints.filter((complaint) => !isBrowsersOwn(complaint))).toEqual([]);
});

/** What the browser itself says of requests that are not answered, or refused. */
const isBrowsersOwn = (complaint: string) => /^Failed to load resource|^WebSocket connection to/.test(complaint);

test('a log that is paused holds back and counts what is new, and shows it when it goes on', async () => {
  const { page, complaints } = await open();
  const clip = origin.clip('size=4000000&seed=9&rate=10000', '/media/registro.mp4');
  const { id } = await client(stack.appUrl).request(clip);
  await page.goto(`${stack.appUrl}/#/console/${id}`);
  const log = page.getByRole('log');
  await log.getByText(/^Download pedido/).waitFor(WITHIN);
  await expect.poll(async () => (await client(stack.appUrl).get(id)).status).toBe('downloading');
  await page.getByRole('button', { name: 'Pausar', exact: true }).click();
  const before = await log.innerText();
  origin.hurry(clip);
  await page.getByText(/^Pausado: \d+ linhas? novas? espera/).waitFor(WITHIN);
  expect((await client(stack.appUrl).ended(id)).status).toBe('completed');
  expect(await log.innerText()).toBe(before);
  await page.getByRole('button', { name: 'Continuar', exact: true }).click();
  await log.getByText(/^Concluído/).waitFor(WITHIN);
  await page.getByText(/^Pausado:/).waitFor({ ...WITHIN, state: 'detached' });
  expect(complaints).toEqual([]);
});

test('every key that ? lists does what it says', async () => {
  const { page, complaints } = await open('/overview');
  const help = page.getByRole('dialog', { name: 'Atalhos do teclado' });
  const focused = () => page.evaluate('document.activeElement.dataset.shortcut');
  const press = async (keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key === 'Esc' ? 'Escape' : key);
  };
  await press(['?']);
  await help.waitFor(WITHIN);
  const rows = await help.locator('dl > div').all();
  const listed = await Promise.all(
    rows.map(async (row) => ({
      words: await row.locator('dt').innerText(),
      keys: await row.locator('kbd').allInnerTexts(),
    })),
  );
  await press(['?']);
  await help.waitFor({ ...WITHIN, state: 'detached' });
  for (const { words, keys } of listed) {
    await page.goto(`${stack.appUrl}/#/events`);
    await page.getByRole('heading', { name: 'Eventos' }).waitFor(WITHIN);
    await page.evaluate('document.activeElement.blur()');
    await press(keys);
    if (words.startsWith('Abrir ')) await page.getByRole('heading', { level: 1, name: words.slice(6) }).waitFor(WITHIN);
    else if (words === 'Ir para o campo ou botão principal') expect(await focused()).toBe('new');
    else if (words === 'Ir para a busca') expect(await focused()).toBe('search');
    else if (words === 'Mostrar esta lista') await help.waitFor(WITHIN);
    else expect(words).toBe('Fechar o que está aberto');
    await press(['Esc']);
    await page.getByRole('dialog').waitFor({ ...WITHIN, state: 'detached' });
  }
  expect(listed).toHaveLength(10);
  expect(complaints).toEqual([]);
});

test('who goes by keyboard always sees where they are, and comes back there from a dialog', async () => {
  const { page, complaints } = await open('/events', { reducedMotion: 'reduce' });
  await page.getByRole('button', { name: 'Novo evento' }).waitFor(WITHIN);
  await page.keyboard.press('n');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Novo evento' }).waitFor(WITHIN);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ ...WITHIN, state: 'detached' });
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Novo evento');
  for (const view of VIEWS) {
    await page.goto(`${stack.appUrl}/#${view}`);
    await page.getByRole('heading', { level: 1 }).waitFor(WITHIN);
    for (let stop = 0; stop < 25; stop += 1) {
      await page.keyboard.press('Tab');
      await expect.poll(() => page.evaluate(IS_SEEN), { message: view }).toBe(true);
    }
  }
  expect(complaints).toEqual([]);
});

/** Whether what has the focus has an outline, or beside a radio that is hidden its label; past the last stop the page itself has it. */
const IS_SEEN = `document.activeElement === document.body ||
  [document.activeElement, document.activeElement.nextElementSibling].some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element ?? document.body);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  })`;

test.skipIf(deployedUrl !== undefined)(
  'a deployment that wants a token is told it once: a wrong one is refused, with the right one the request goes through by itself',
  async () => {
    const { awsUrl } = stack.local!;
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const ssm = new SSMClient({ endpoint: awsUrl, region: 'us-east-1', credentials });
    await ssm.send(new PutParameterCommand({ Name: '/fasttrack/token', Value: 'sesame', Type: 'SecureString' }));
    const { cdkOut } = await synthesise(process.cwd(), { accessToken: '/fasttrack/token' });
    expect(await stack.local!.reload(cdkOut)).not.toBeNull();

    const { page, complaints } = await open();
    const dialog = page.getByRole('dialog', { name: 'Token de acesso' });
    const request = async (name: string) => {
      await page.getByLabel('Endereço do vídeo').fill(origin.clip('size=1000', `/media/${name}.mp4`));
      await page.keyboard.press('Enter');
    };
    await request('guardada');
    await dialog.getByLabel('Token deste servidor', { exact: true }).fill('abracadabra');
    await page.keyboard.press('Enter');
    await toSay(dialog, 'O servidor não aceitou este token. Confira e tente de novo.');
    expect(await barriers(page)).toEqual([]);
    await toSay(page.locator('header'), 'Ao vivo');
    await dialog.getByLabel('Token deste servidor', { exact: true }).fill('sesame');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ ...WITHIN, state: 'detached' });
    await toSay(page.getByRole('list', { name: 'Downloads' }), 'guardada.mp4');

    await page.reload();
    await request('lembrada');
    await toSay(page.getByRole('list', { name: 'Downloads' }), 'lembrada.mp4');
    expect(complaints.filter((complaint) => !isBrowsersOwn(complaint))).toEqual([]);

    // Another tab knows nothing of it, and who gives up is told why nothing was done.
    const other = await open();
    await other.page.getByLabel('Endereço do vídeo').fill(origin.clip('size=1000'));
    await other.page.keyboard.press('Enter');
    await other.page.getByRole('dialog', { name: 'Token de acesso' }).waitFor(WITHIN);
    await other.page.keyboard.press('Escape');
    await toSay(other.page.getByRole('region', { name: 'Novo download' }), TOKEN_MISSING);
  },
);

const TOKEN_MISSING = 'Falta o token de acesso, ou ele está errado (Authorization: Bearer …).';
