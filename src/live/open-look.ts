import type { Db } from '../aws/dynamodb.ts';
import { downloadsTable } from '../downloads/table.ts';
import { eventCounter } from '../events/counters/table.ts';
import { importsTable } from '../imports/table.ts';
import { OWNER } from '../http/owner.ts';
import { newsTable } from '../news/table.ts';
import { openSnapshots } from '../snapshots/open-snapshots.ts';
import { lookAt } from './look.ts';

/** Looking at channels on these tables, and the tables that this needs. */
export function openLook(
  db: Db,
  tables: { downloads: string; events: string; news: string; connections: string },
  now: () => Date,
) {
  const downloads = downloadsTable(db, tables);
  const news = newsTable(db, tables.news);
  const imports = importsTable(db, tables);
  const { build, current, presence } = openSnapshots(db, tables, now);
  return {
    downloads,
    news,
    look: lookAt({
      downloads,
      news,
      snapshot: current,
      queueFor: (id) => build.queue(id),
      presence,
      // Until there are accounts every import is of the same owner.
      importFrom: async (uploadId) => (await imports.latest(OWNER, uploadId))?.first_seq ?? 1,
      eventCount: eventCounter(db, tables.events),
      now,
    }),
  };
}
