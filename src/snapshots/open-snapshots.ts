import type { Db } from '../aws/dynamodb.ts';
import { countsTable, type CountsTable } from '../channels/counts/table.ts';
import { buildSnapshots, type SnapshotBuilder } from './build-snapshots.ts';
import { currentSnapshot, type CurrentSnapshot } from './current-snapshot.ts';
import { stateTable } from './state/table.ts';
import { snapshotsTable } from './table.ts';

/** Snapshots on these tables: built anew, or the last that somebody made when it is a second old at most. */
export function openSnapshots(
  db: Db,
  tables: { downloads: string; connections: string },
  now: () => Date,
): { build: SnapshotBuilder; current: CurrentSnapshot; presence: CountsTable['presence'] } {
  const { presence } = countsTable(db, tables.connections);
  const build = buildSnapshots({ table: stateTable(db, tables.downloads), connections: presence, now });
  return { build, current: currentSnapshot({ snapshots: snapshotsTable(db, tables.downloads), build, now }), presence };
}
