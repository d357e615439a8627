import { OpenAPIHono } from '@hono/zod-openapi';
import { type Context, Hono } from 'hono';
import { getPath } from 'hono/utils/url';
import * as routes from '../../contract/routes.ts';
import type { PostNoticeDeps } from '../notices/post-notice.ts';
import { asyncApi } from './asyncapi/document.ts';
import { realtimePage } from './asyncapi/page.ts';
import { access, type AccessDeps } from './access.ts';
import { controlApi } from './control-api.ts';
import { inspectApi, type InspectApiDeps } from './inspect-api.ts';
import { docsPage } from './docs-page.ts';
import { downloadsApi, type DownloadsApiDeps } from './downloads-api.ts';
import { eventsApi, type EventsApiDeps } from './events-api.ts';
import { answerProblem, refuseInvalid } from './edge-errors.ts';
import { noticesApi } from './notices-api.ts';
import { isKnownPath, limitBody, requireMediaType } from './request-checks.ts';
import { Refused } from './problem.ts';
import { snapshotsApi, type SnapshotsApiDeps } from './snapshots-api.ts';
import { uploadsApi, type UploadsApiDeps } from './uploads-api.ts';

export type ApiDeps = DownloadsApiDeps &
  InspectApiDeps &
  SnapshotsApiDeps &
  EventsApiDeps &
  UploadsApiDeps &
  PostNoticeDeps &
  AccessDeps & { version: string; siteUrl: string };

const ENGLISH = new RegExp(`^${routes.API_PREFIX}/events(?=/|$)`);

/** The whole HTTP API: each route answers at its path and under `/api/v1`. */
export function httpApi(app: ApiDeps): Hono {
  const api = new OpenAPIHono({ defaultHook: refuseInvalid });
  // Before the downloads: `/downloads/queue` is not the download of that name.
  snapshotsApi(api, app);
  downloadsApi(api, app);
  controlApi(api, app);
  inspectApi(api, app);
  eventsApi(api, app);
  uploadsApi(api, app);
  noticesApi(api, app);
  systemApi(api, app);

  // `/api/v1/events` is the same as `/api/v1/eventos`.
  const site = new Hono({ getPath: (request) => getPath(request).replace(ENGLISH, `${routes.API_PREFIX}/eventos`) });
  site.onError((error, c) => answerProblem(c, error));
  site.notFound((c) => answerProblem(c, new Refused(isKnownPath(c.req.path) ? 'method_not_allowed' : 'not_found')));
  site.use(access(app));
  site.use(limitBody);
  site.use(requireMediaType);
  site.route('/', api);
  site.route(routes.API_PREFIX, api);
  return site;
}

function systemApi(api: OpenAPIHono, app: ApiDeps): void {
  api.openapi(routes.getHealth, (c) => c.json({ status: 'ok', version: app.version } as const, 200));
  api.openapi(routes.getDocs, (c) => docsPage(c));
  api.openapi(routes.getOpenApi, (c) => c.json(describe(api, app.version)));
  api.openapi(routes.getAsyncApi, (c) => c.json(asyncApi(siteOf(c, app))));
  api.openapi(routes.getRealtimeDocs, (c) => realtimePage(c, siteOf(c, app)));
  api.openAPIRegistry.registerPath(routes.streamDownload);
}

/** By the name its viewer knows it. */
function siteOf(c: Context, { siteUrl, version }: Pick<ApiDeps, 'siteUrl' | 'version'>) {
  const { host, protocol } = new URL(siteUrl);
  return { version, host: c.req.header('x-viewer-host') ?? host, secure: protocol === 'https:' };
}

function describe(api: OpenAPIHono, version: string) {
  return api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'FastTrack',
      version,
      description:
        'Downloads media from URLs into object storage, and shows everyone who watches while it happens. What is said meanwhile, over WebSockets and server-sent events, is in [its own description](/docs/realtime).',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    servers: [{ url: '/' }, { url: routes.API_PREFIX }],
  });
}
