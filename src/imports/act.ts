import type { Db } from '../aws/dynamodb.ts';
import type { RowCounts, UndoCounts } from '../../contract/import.ts';
import { transact, type Write } from '../aws/transact.ts';
import { randomUUID } from 'node:crypto';
import type { Hold } from './holds/table.ts';
import type { ChunkKind } from './import.ts';
import type { Entry } from './read-entry.ts';
import type { KeptRow } from './table.ts';

export type ActDeps = {
  db: Db;
  names: { events: string };
  newId: () => string;
  now: () => Date;
};

/** What became of a batch of rows: counted, and told of, by the checkpoint that follows. */
export type Outcome = {
  rows: Omit<RowCounts, 'read'>;
  undo: UndoCounts;
  /** How many events there are more, or less. */
  events: number;
  changed: { created: number; updated: number; deleted: number };
  kept: Record<ChunkKind, KeptRow[]>;
};

/** Deals with the rows of one batch; asked again after a crash, with the same rows, it comes to the same outcome. */
export type Act = (hold: Hold, entries: readonly Entry[]) => Promise<Outcome>;

export const nothing = (): Outcome => ({
  rows: { created: 0, updated: 0, unchanged: 0, failed: 0 },
  undo: { removed: 0, restored: 0, spared: 0 },
  events: 0,
  changed: { created: 0, updated: 0, deleted: 0 },
  kept: { failed: [], planned: [], spared: [] },
});

export const plainRow = { event_id: null, errors: [], changes: [], reason: null };

/** What is written of one event, all or nothing. */
export type Group = { writes: Write[]; /** Does it again on what is there now. */ alone: () => Promise<void> };

/** Twenty-five events in a transaction, and so many transactions at a time. */
const [PACK_WRITES, IN_FLIGHT] = [50, 8];

/**
 * Writes what is to be written of many events. Where a condition is false, because somebody changed one of a pack meanwhile or another
 * worker was here before, each of the pack is dealt with alone.
 */
export async function writeGroups(db: Db, groups: readonly Group[]): Promise<void> {
  const packs = packed(groups).values();
  const worker = async () => {
    for (const pack of packs) {
      const outcome = await transact(
        db,
        pack.flatMap(({ writes }) => writes),
        randomUUID(),
      );
      if (outcome.committed) continue;
      for (const { alone } of pack) await alone();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Of the hundred writes that a transaction takes half: its items may come to 4 MB, and a plan holds two events of 30 KB. */
function packed(groups: readonly Group[]): Group[][] {
  const packs: Group[][] = [];
  let writes = PACK_WRITES;
  for (const group of groups) {
    writes += group.writes.length;
    if (writes > PACK_WRITES) packs.push([]);
    if (writes > PACK_WRITES) writes = group.writes.length;
    packs.at(-1)?.push(group);
  }
  return packs;
}
