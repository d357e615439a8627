import type { Meter } from '../aws/metrics.ts';
import type { ConnectionCounts } from '../../contract/snapshot.ts';

type Deps = { countConnections: () => Promise<ConnectionCounts>; metrics: Pick<Meter, 'gauge' | 'flush'> };

/** Measures who listens to what. */
export async function gaugeConnections({ countConnections, metrics }: Deps): Promise<void> {
  const { total: _, ...counts } = await countConnections();
  for (const [name, count] of Object.entries(counts)) {
    if (isKind(name) && count !== undefined) metrics.gauge(name, count);
  }
  metrics.flush();
}

const isKind = (name: string): name is Exclude<keyof ConnectionCounts, 'total'> => name.endsWith('_connections');
