import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../../contract/routes.ts';
import { deleteDownload, type DeleteDownloadDeps } from '../downloads/delete-download.ts';
import { viewOf, type Download } from '../downloads/download.ts';
import { listDownloads } from '../downloads/list-downloads.ts';
import type { DownloadListing } from '../downloads/listing/table.ts';
import { requestDownload, type RequestDownloadDeps } from '../downloads/request-download.ts';
import type { DownloadsTable } from '../downloads/table.ts';
import { refuseUrl, type UrlRules } from './check-url.ts';
import { OWNER } from './owner.ts';
import { languageOf, Refused } from './problem.ts';

export type DownloadsApiDeps = RequestDownloadDeps &
  DeleteDownloadDeps &
  UrlRules & {
    downloads: DownloadsTable;
    listing: DownloadListing;
    /** A link to a completed download's file, for the address the viewer came by. */
    linkTo: (download: Download, viewerHost: string | undefined) => Promise<string>;
  };

export function downloadsApi(api: OpenAPIHono, app: DownloadsApiDeps): void {
  api.openapi(routes.requestDownload, async (c) => {
    const { url, quality } = c.req.valid('json');
    const refusal = refuseUrl(url, app, languageOf(c.req.header('accept-language')));
    if (refusal !== null) throw new Refused('invalid_request', { errors: [refusal] });
    const idempotencyKey = c.req.valid('header')['idempotency-key'];
    const outcome = await requestDownload(app, { owner: OWNER, url, quality, idempotencyKey });
    if (outcome.kind === 'conflict') throw new Refused('idempotency_conflict');
    c.header('location', `/downloads/${outcome.answer.id}`);
    return c.json(outcome.answer, 202);
  });

  api.openapi(routes.listDownloads, async (c) => {
    const { downloads, cursor, examined } = await listDownloads(app.listing, { owner: OWNER, ...c.req.valid('query') });
    const language = languageOf(c.req.header('accept-language'));
    const views = downloads.map((download) => viewOf(download, language));
    return c.json({ downloads: views, next_cursor: cursor, examined }, 200);
  });

  api.openapi(routes.getDownload, async (c) => {
    const download = await existing(app, c.req.valid('param').id);
    return c.json(viewOf(download, languageOf(c.req.header('accept-language'))), 200);
  });

  api.openapi(routes.deleteDownload, async (c) => {
    if (!(await deleteDownload(app, c.req.valid('param').id))) throw new Refused('download_not_found');
    return c.body(null, 204);
  });

  api.openapi(routes.getFile, async (c) => {
    const download = await existing(app, c.req.valid('param').id);
    if (download.status !== 'completed') throw new Refused('not_ready', { detail: `status: ${download.status}` });
    return c.redirect(await app.linkTo(download, c.req.header('x-viewer-host')), 302);
  });
}

async function existing(app: DownloadsApiDeps, id: string): Promise<Download> {
  const download = await app.downloads.get(id);
  if (download === null || download.owner !== OWNER) throw new Refused('download_not_found');
  return download;
}
