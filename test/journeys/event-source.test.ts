import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { client } from '../support/client.ts';
import { eventually, listen, type Message } from '../support/listeners.ts';
import { startMediaOrigin, type MediaOrigin } from '../support/origins/media-origin.ts';
import { servePages, type PageServer } from '../support/serve-pages.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';

/** By hand: `LISTEN_SECONDS=180 npx vitest run test/journeys/event-source.test.ts`. */
const LISTEN_SECONDS = Number(process.env['LISTEN_SECONDS'] ?? 45);
const SEGMENT_SECONDS = 10;
const MB = 1024 * 1024;
/** Keeps all it hears: what a page of any other site can do with the two lines of the seed. */
const PAGE = `<!doctype html><title>EventSource</title><script>
  const heard = {}, sources = {};
  function listen(name, url) {
    heard[name] = [];
    sources[name] = new EventSource(url);
    sources[name].onmessage = ({ lastEventId, data }) => heard[name].push({ id: Number(lastEventId), data: JSON.parse(data) });
  }
</script>`;

let stack: TestStack;
let origin: MediaOrigin;
let browser: Browser;
let pages: PageServer;
beforeAll(async () => {
  process.env['STREAM_SECONDS'] = String(SEGMENT_SECONDS);
  [stack, origin, browser, pages] = await Promise.all([
    aStack(),
    startMediaOrigin(),
    launchBrowser(),
    servePages({ '/listen.html': PAGE }),
  ]);
});
afterAll(async () => {
  delete process.env['STREAM_SECONDS'];
  await browser?.close();
  await Promise.all([stack?.stop(), origin?.stop(), pages?.stop()]);
});

type Heard = { id: number; data: Message }[];
const follow = (page: Page, name: string, path: string) =>
  page.evaluate(`listen(${JSON.stringify(name)}, ${JSON.stringify(`${stack.appUrl}${path}`)})`);
const heardOn = (page: Page, name: string) => page.evaluate<Heard>(`heard[${JSON.stringify(name)}]`);
const isOver = (page: Page, name: string) =>
  page.evaluate<boolean>(`sources[${JSON.stringify(name)}].readyState === EventSource.CLOSED`);

/** The numbers of a queue as one text. */
const numbersOf = ({ pending, downloading, completed, failed, paused, cancelled }: Record<string, unknown>) =>
  JSON.stringify({ pending, downloading, completed, failed, paused, cancelled });
const queueNow = async () =>
  numbersOf((await (await fetch(`${stack.appUrl}/downloads/queue`)).json()) as Record<string, unknown>);

test(
  'EventSource listens across many segments, missing nothing and repeating nothing',
  // A deployment's queue is not this test's alone, and its segments are longer.
  { skip: deployedUrl !== undefined, timeout: (LISTEN_SECONDS + 60) * 1000 },
  async () => {
    const app = client(stack.appUrl);
    const control = (id: string, what: string) => fetch(`${stack.appUrl}/downloads/${id}/${what}`, { method: 'POST' });
    const { page, complaints } = await openPage(browser, `${pages.url}/listen.html`);
    const segments: string[] = [];
    page.on('request', (request) => segments.push(new URL(request.url()).pathname));
    const untilOver = (name: string) => eventually(async () => ((await isOver(page, name)) ? true : undefined), 30_000);
    const until = Date.now() + LISTEN_SECONDS * 1000;

    await follow(page, 'queue', '/downloads/queue/stream');
    await follow(page, 'dashboard', '/downloads/dashboard/stream');
    const rate = MB / 8;
    const long = await app.request(
      origin.clip(`size=${Math.ceil(LISTEN_SECONDS * rate)}&seed=1&rate=${rate}&range=no`),
    );
    await follow(page, 'long', long.stream);
    await eventually(async () => ((await app.get(long.id)).bytes_downloaded > 0 ? true : undefined));

    // Each state that holds is heard, whichever segment it falls into; somebody on the WebSocket comes and goes meanwhile.
    const states: string[] = [];
    const settle = async () => {
      const now = await queueNow();
      states.push(now);
      await eventually(async () => (numbersOf((await heardOn(page, 'queue')).at(-1)!.data) === now ? true : undefined));
    };
    await settle();
    const ended: string[] = [];
    for (let n = 0; Date.now() < until - 5_000; n += 1) {
      const socket = await listen(stack.appUrl, '/ws/queue');
      const query = ['size=1000', 'status=404', `size=${64 * MB}&rate=${MB / 4}`][n % 3]!;
      const { id, stream } = await app.request(origin.clip(`${query}&seed=${n + 10}`));
      await follow(page, id, stream);
      if (n % 3 === 2) {
        await eventually(async () => ((await app.get(id)).bytes_downloaded > 0 ? true : undefined));
        await control(id, 'pause');
        await settle();
        await control(id, 'cancel');
      }
      await app.ended(id);
      await settle();
      socket.close();
      ended.push(id);
      await untilOver(id);
    }
    await app.ended(long.id, 60_000);
    await untilOver('long');
    await settle();

    const all = await Promise.all(['queue', 'dashboard', 'long', ...ended].map((name) => heardOn(page, name)));
    for (const events of all) {
      const ids = events.map(({ id }) => id);
      expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
      expect(events.filter(({ data }) => data.type === 'connection_established')).toEqual(events.slice(0, 1));
    }
    const [queue = [], dashboard = [], ...downloads] = all;
    const told = queue.slice(1).map(({ data }) => numbersOf(data));
    expect(told.filter((state, n) => state === told[n - 1])).toEqual([]);
    let at = 0;
    for (const state of states) {
      const found = told.indexOf(state, at);
      expect(found, `${state} after ${at} of ${told.join('\n')}`).toBeGreaterThanOrEqual(0);
      at = found;
    }
    for (const events of downloads) {
      const endings = events.filter(({ data }) => data.type.startsWith('download_'));
      expect(endings).toEqual(events.slice(-1));
    }
    const progress = downloads[0]!.flatMap(({ data }) =>
      data.type === 'progress_update' ? [Number(data['progress'])] : [],
    );
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.length).toBeGreaterThan(LISTEN_SECONDS / 3);
    const times = dashboard.slice(1).map(({ data }) => Date.parse(String(data['timestamp'])));
    const gaps = times.slice(1).map((time, n) => time - times[n]!);
    expect(Math.max(...gaps)).toBeLessThan(10_000);

    const segmentsOf = (name: string) => segments.filter((path) => path === `/downloads/${name}/stream`).length;
    for (const name of ['queue', 'dashboard', long.id]) {
      expect(segmentsOf(name), name).toBeGreaterThanOrEqual(Math.floor(LISTEN_SECONDS / (SEGMENT_SECONDS + 5)));
    }
    expect(ended.length).toBeGreaterThanOrEqual(3);
    expect(complaints).toEqual([]);
    const shown = ['queue', 'dashboard', long.id].map(segmentsOf).join(', ');
    console.log(
      `${LISTEN_SECONDS} s: ${shown} segments; ${told.length} queue states, ${dashboard.length - 1} dashboards, ${ended.length + 1} endings`,
    );
  },
);
