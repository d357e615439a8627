import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ConnectionCounts } from '../../contract/snapshot.ts';
import * as routes from '../../contract/snapshot-routes.ts';
import type { SnapshotBuilder } from '../snapshots/build-snapshots.ts';

export type SnapshotsApiDeps = {
  snapshots: Pick<SnapshotBuilder, 'queue' | 'stats' | 'dashboard'>;
  connectionCounts: () => Promise<ConnectionCounts>;
};

/** The state at this moment, built for each request: what was answered before is in it. */
export function snapshotsApi(api: OpenAPIHono, app: SnapshotsApiDeps): void {
  api.openapi(routes.getQueue, async (c) => c.json(await app.snapshots.queue(c.req.valid('query').download_id), 200));
  api.openapi(routes.getStats, async (c) => c.json(await app.snapshots.stats(), 200));
  api.openapi(routes.getDashboard, async (c) => c.json(await app.snapshots.dashboard(), 200));
  api.openapi(routes.getConnections, async (c) => c.json(await app.connectionCounts(), 200));
  for (const stream of [routes.streamQueue, routes.streamStats, routes.streamDashboard]) {
    api.openAPIRegistry.registerPath(stream);
  }
}
