import type { Browser } from 'playwright-core';
import { openPage } from './browser.ts';
import { eventually, type StreamEvent } from './listeners.ts';
import { servePages } from './serve-pages.ts';

/** Keeps all it hears. */
const PAGE = `<!doctype html><title>EventSource</title><script>
  const heard = {}, sources = {};
  function follow(name, url) {
    heard[name] = [];
    sources[name] = new EventSource(url);
    sources[name].onmessage = ({ lastEventId, data }) =>
      heard[name].push({ id: Number(lastEventId), data: JSON.parse(data) });
  }
</script>`;

/** A page of another site in a browser, which follows streams of the application by `EventSource`. */
export async function openEventSources(browser: Browser, appUrl: string) {
  const site = await servePages({ '/listen.html': PAGE });
  const { page, complaints } = await openPage(browser, `${site.url}/listen.html`);
  const requested: string[] = [];
  page.on('request', (request) => requested.push(new URL(request.url()).pathname));
  const ended = (name: string) =>
    page.evaluate<boolean>(`sources[${JSON.stringify(name)}].readyState === EventSource.CLOSED`);
  return {
    complaints,
    follow: (name: string, path: string) =>
      page.evaluate(`follow(${JSON.stringify(name)}, ${JSON.stringify(`${appUrl}${path}`)})`),
    heard: (name: string) => page.evaluate<StreamEvent[]>(`heard[${JSON.stringify(name)}]`),
    /** Waits until it has been told that nothing more comes. */
    untilEnded: (name: string) => eventually(async () => ((await ended(name)) ? true : undefined), 30_000),
    /** How often a stream was asked for: once for each of its segments. */
    segments: (path: string) => requested.filter((one) => one === path).length,
    close: async () => {
      await page.close();
      await site.stop();
    },
  };
}
