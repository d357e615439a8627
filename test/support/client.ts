import { createHash } from 'node:crypto';
import type { DownloadView, Quality } from '../../contract/download.ts';
import { eventually } from './listeners.ts';

/** FastTrack's HTTP API as a front-end developer would call it. */
export function client(appUrl: string) {
  const get = async (id: string) => (await (await fetch(`${appUrl}/downloads/${id}`)).json()) as DownloadView;
  return {
    get,
    async request(url: string, more: { quality?: Quality } = {}) {
      const response = await fetch(`${appUrl}/downloads`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ url, ...more }),
      });
      if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
      return (await response.json()) as DownloadView & { ws: string; stream: string };
    },
    /** The download once it has ended, however it ended. */
    ended: (id: string, withinMs?: number) =>
      eventually(async () => {
        const download = await get(id);
        return ['completed', 'failed', 'cancelled'].includes(download.status) ? download : undefined;
      }, withinMs),
    /** What a person gets who follows the link. */
    async file(id: string) {
      const response = await fetch(`${appUrl}/downloads/${id}/file`);
      const hash = createHash('sha256');
      let bytes = 0;
      for await (const chunk of response.body ?? []) {
        hash.update(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
      }
      return {
        status: response.status,
        headers: response.headers,
        url: response.url,
        sha256: hash.digest('hex'),
        bytes,
      };
    },
  };
}
