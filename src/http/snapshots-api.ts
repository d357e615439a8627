import type { OpenAPIHono } from '@hono/zod-openapi';
import * as routes from '../../contract/snapshot-routes.ts';
import type { CountsTable } from '../channels/counts/table.ts';
import { buildHistory } from '../snapshots/build-history.ts';
import { buildSnapshots, type BuildSnapshotsDeps } from '../snapshots/build-snapshots.ts';

export type SnapshotsApiDeps = {
  state: BuildSnapshotsDeps['table'];
  connections: CountsTable;
  now: () => Date;
};

/** The state at this moment, built for each request: what was answered before is in it. */
export function snapshotsApi(api: OpenAPIHono, app: SnapshotsApiDeps): void {
  const snapshots = buildSnapshots({ table: app.state, connections: app.connections.presence, now: app.now });
  api.openapi(routes.getQueue, async (c) => c.json(await snapshots.queue(c.req.valid('query').download_id), 200));
  api.openapi(routes.getStats, async (c) => c.json(await snapshots.stats(), 200));
  api.openapi(routes.getHistory, async (c) => c.json(await buildHistory({ table: app.state, now: app.now }), 200));
  api.openapi(routes.getDashboard, async (c) => c.json(await snapshots.dashboard(), 200));
  api.openapi(routes.getConnections, async (c) => c.json(await app.connections.byChannel(app.now()), 200));
  for (const stream of [routes.streamQueue, routes.streamStats, routes.streamDashboard]) {
    api.openAPIRegistry.registerPath(stream);
  }
}
