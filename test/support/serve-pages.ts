import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PageServer = { url: string; stop(): Promise<void> };

const TYPES: Record<string, string> = { js: 'text/javascript', html: 'text/html' };

/** Serves texts by their path, `/index.html` and the like, as a site of its own: another origin than the application's. */
export async function servePages(pages: Record<string, string>): Promise<PageServer> {
  const server = createServer(({ url = '/' }, response) => {
    const text = pages[url];
    const type = TYPES[url.split('.').at(-1) ?? ''] ?? 'text/plain';
    response.writeHead(text === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
