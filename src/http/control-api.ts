import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../../contract/control-routes.ts';
import { download as downloadView, type DownloadView } from '../../contract/download.ts';
import { clearDownloads } from '../downloads/clear-downloads.ts';
import { controlDownload, type Control } from '../downloads/control-download.ts';
import { viewOf } from '../downloads/download.ts';
import { requestBatch } from '../downloads/request-batch.ts';
import { refuseUrl } from './check-url.ts';
import type { DownloadsApiDeps } from './downloads-api.ts';
import { OWNER } from './owner.ts';
import { languageOf, problemOf, Refused } from './problem.ts';

/** What is done to downloads that exist, and to many at once. */
export function controlApi(api: OpenAPIHono, app: DownloadsApiDeps): void {
  api.openapi(routes.cancelDownload, async (c) =>
    c.json(
      await controlled(app, 'cancel', c.req.valid('param').id, c.req.valid('header'), c.req.header('accept-language')),
      200,
    ),
  );
  api.openapi(routes.pauseDownload, async (c) =>
    c.json(
      await controlled(app, 'pause', c.req.valid('param').id, c.req.valid('header'), c.req.header('accept-language')),
      200,
    ),
  );
  api.openapi(routes.resumeDownload, async (c) =>
    c.json(
      await controlled(app, 'resume', c.req.valid('param').id, c.req.valid('header'), c.req.header('accept-language')),
      200,
    ),
  );
  api.openapi(routes.retryDownload, async (c) =>
    c.json(
      await controlled(app, 'retry', c.req.valid('param').id, c.req.valid('header'), c.req.header('accept-language')),
      200,
    ),
  );

  api.openapi(routes.requestBatch, async (c) => {
    const { urls, quality } = c.req.valid('json');
    const language = c.req.header('accept-language');
    const refusals = urls.map((url) => refuseUrl(url, app, languageOf(language)));
    const batch = { owner: OWNER, urls, quality, idempotencyKey: c.req.valid('header')['idempotency-key'] };
    const outcome = await requestBatch(app, batch, (place) => refusals[place] === null);
    if (outcome.kind === 'conflict') throw new Refused('idempotency_conflict');
    const results = urls.map((url, place) => {
      const download = outcome.answers.get(place);
      if (download !== undefined) return { url, status: 202, download } as const;
      const errors = [refusals[place] ?? []].flat();
      return { url, status: 400, problem: problemOf('invalid_request', language, { errors }) };
    });
    return c.json({ results }, 200);
  });

  api.openapi(routes.clearDownloads, async (c) =>
    c.json(await clearDownloads(app, OWNER, c.req.valid('query').status), 200),
  );
}

async function controlled(
  app: DownloadsApiDeps,
  control: Control,
  id: string,
  headers: { 'idempotency-key'?: string | undefined },
  language: string | undefined,
): Promise<DownloadView> {
  const outcome = await controlDownload(app, id, control, headers['idempotency-key']);
  switch (outcome.kind) {
    case 'done':
      return viewOf(outcome.download, languageOf(language));
    case 'repeated':
      return downloadView.parse(JSON.parse(outcome.answer));
    case 'missing':
      throw new Refused('download_not_found');
    case 'conflict':
      throw new Refused('idempotency_conflict');
    case 'refused':
      throw new Refused('wrong_status', { detail: `status: ${outcome.download.status}` });
  }
}
