import type { Db } from '../aws/dynamodb.ts';
import { downloadsTable } from '../downloads/table.ts';
import { eventCounter } from '../events/counters/table.ts';
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
      eventCount: eventCounter(db, tables.events),
      now,
    }),
  };
}
