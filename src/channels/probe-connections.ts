import { log } from '../aws/log.ts';
import type { Sockets } from '../aws/sockets.ts';
import type { CensusTable } from './census/table.ts';
import type { ConnectionsTable } from './connections/table.ts';
import { YOUNG_MS } from './post-tellings.ts';

const AT_MOST = 2_000;
const SIDE_BY_SIDE = 50;

export type ProbeConnectionsDeps = {
  census: Pick<CensusTable, 'unconfirmedSince' | 'confirm'>;
  connections: Pick<ConnectionsTable, 'close'>;
  sockets: Pick<Sockets, 'alive'>;
  now: () => Date;
};

/**
 * Asks after the connections that nobody has seen alive for longest, and forgets those that are gone: a gateway that died, or a
 * lost `$disconnect`, tells nobody. Those not reached this time come first the next.
 */
export async function probeConnections(app: ProbeConnectionsDeps): Promise<void> {
  // A younger one may be a handshake that is not over yet.
  const before = new Date(app.now().getTime() - YOUNG_MS);
  const ids = await app.census.unconfirmedSince(before, AT_MOST);
  let gone = 0;
  const probe = async (id: string): Promise<void> => {
    if (await app.sockets.alive(id)) return app.census.confirm(id, app.now());
    gone += 1;
    await app.connections.close(id);
  };
  const waiting = ids.values();
  const worker = async (): Promise<void> => {
    for (const id of waiting) {
      await probe(id).catch((error: unknown) => log.warn('not probed; the next run tries again', { error }));
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  if (gone > 0) log.info('connections forgotten', { probed: ids.length, gone });
}
