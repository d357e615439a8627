import { isDeepStrictEqual } from 'node:util';
import { eventually, listen, type Listener } from './listeners.ts';

type Counts = Record<string, number>;

/** The seed's example of `GET /ws/connections`. */
export const SEED_EXAMPLE: Counts = {
  download_connections: 5,
  queue_connections: 3,
  stats_connections: 2,
  general_connections: 1,
  dashboard_connections: 8,
  total: 19,
};
export const NOBODY: Counts = Object.fromEntries(Object.keys(SEED_EXAMPLE).map((name) => [name, 0]));

/** Connections that make the seed's example true; `ws` is a download's path. */
export function listenAsInTheSeed(appUrl: string, ws: string): Promise<Listener[]> {
  const paths = { [ws]: 5, '/ws/queue': 3, '/ws/stats': 2, '/ws/general': 1, '/ws/dashboard': 8 };
  const all = Object.entries(paths).flatMap(([path, count]) => Array.from({ length: count }, () => path));
  return Promise.all(all.map((path) => listen(appUrl, path)));
}

export const countConnections = async (appUrl: string): Promise<Counts> =>
  (await (await fetch(`${appUrl}/ws/connections`)).json()) as Counts;

/** Waits until the counts are exactly these. */
export async function untilCounted(appUrl: string, expected: Counts, withinMs?: number): Promise<void> {
  await eventually(
    async () => (isDeepStrictEqual(await countConnections(appUrl), expected) ? true : undefined),
    withinMs,
  );
}
