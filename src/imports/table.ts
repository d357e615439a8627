import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { importRow, type ImportRow } from '../../contract/import.ts';
import { tables as tableKeys } from '../../contract/tables.ts';
import { batchGet, queryShards } from '../aws/query-shards.ts';
import { transact, type Write } from '../aws/transact.ts';
import { idempotencyWrite, storedAnswer, type IdempotentRequest } from '../downloads/idempotency.ts';
import {
  changed,
  changeImport,
  createImport,
  dueShards,
  importKey,
  type ImportTables,
  latestKey,
  type Told,
} from './change-import.ts';
import { type ChunkKind, importRecord, type ImportRecord } from './import.ts';

/** The latest of its name until now, and what becomes of it when another takes its place. */
export type Replaced = { before: ImportRecord; patch: Partial<ImportRecord>; told: Told };

export type CreateOutcome =
  | { kind: 'created' }
  /** The latest of that name is no longer the one that was read. */
  | { kind: 'stale' }
  | { kind: 'repeated'; answer: string }
  | { kind: 'conflict' };

/** A row that failed is found again in the file by its bytes. */
export const keptRow = importRow.extend({ from: z.int(), to: z.int() });
export type KeptRow = ImportRow & { from: number; to: number };
const chunk = z.object({ rows: z.array(keptRow) });

export type ImportsTable = {
  get(id: string): Promise<ImportRecord | null>;
  /** The latest import of a name. */
  latest(owner: string, uploadId: string): Promise<ImportRecord | null>;
  /** Makes it the latest of its name. `repeated` and `conflict` are of its Idempotency-Key. */
  create(
    created: ImportRecord,
    replaced: Replaced | null,
    repeatable: IdempotentRequest | null,
    now: Date,
  ): Promise<CreateOutcome>;
  /** Null: it is no longer as it was read, and nothing is written; as when a condition of what belongs to the change is false. */
  change(
    before: ImportRecord,
    patch: Partial<ImportRecord>,
    told: Told,
    now: Date,
    belonging?: Write[],
  ): Promise<ImportRecord | null>;
  /** Newest first, from a position on. */
  page(
    owner: string,
    position: string | null,
    limit: number,
  ): Promise<{ imports: ImportRecord[]; position: string | null }>;
  /** Those that somebody must look at by then, at most 100. */
  due(before: Date): Promise<ImportRecord[]>;
  /** Counted from 1. */
  chunk(id: string, kind: ChunkKind, number: number): Promise<KeptRow[]>;
};

const chunkKey = (id: string, kind: ChunkKind, number: number) => ({ pk: `rows#${id}#${kind}#${number}` });
/** Part of the transaction that counts these rows. */
export const chunkWrite = (TableName: string, id: string, kind: ChunkKind, number: number, rows: KeptRow[]): Write => ({
  Put: { TableName, Item: { ...chunkKey(id, kind, number), rows } },
});

export function importsTable(db: DynamoDBDocumentClient, tables: ImportTables): ImportsTable {
  const { events: TableName } = tables;
  const item = async (Key: { pk: string }) =>
    (await db.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item;
  const get = async (id: string): Promise<ImportRecord | null> => {
    const found = await item(importKey(id));
    return found === undefined ? null : importRecord.parse(found);
  };

  return {
    get,

    async latest(owner, uploadId) {
      const found = await item(latestKey(owner, uploadId));
      return found === undefined ? null : get(z.object({ import_id: z.string() }).parse(found).import_id);
    },

    async create(created, replaced, repeatable, now) {
      const latest = replaced && { ...replaced, after: changed(replaced.before, replaced.patch, replaced.told) };
      const writes = createImport(tables, created, latest, now);
      if (repeatable !== null) writes.push(idempotencyWrite(TableName, repeatable, now));
      const outcome = await transact(db, writes, randomUUID());
      if (outcome.committed) return { kind: 'created' };
      const earlier = outcome.failed.get(writes.length - 1);
      return repeatable !== null && earlier !== undefined ? storedAnswer(earlier, repeatable) : { kind: 'stale' };
    },

    async change(before, patch, told, now, belonging = []) {
      const after = changed(before, patch, told);
      const writes = [...changeImport(tables, before, after, told, now), ...belonging];
      return (await transact(db, writes, randomUUID())).committed ? after : null;
    },

    async page(owner, position, limit) {
      const keys = tableKeys.events.indexes.imports;
      const entries = await queryShards(db, {
        tableName: TableName,
        index: 'imports',
        ...keys,
        partitions: [owner],
        bound: position === null ? null : { operator: '<', value: position },
        order: 'descending',
        limit,
      });
      const items = await batchGet(
        db,
        TableName,
        entries.map(({ pk }) => ({ pk })),
      );
      const imports = items.map((found) => importRecord.parse(found)).toSorted((a, b) => (a.id < b.id ? 1 : -1));
      const last = entries.at(-1)?.[keys.sortKey];
      return { imports, position: entries.length === limit && typeof last === 'string' ? last : null };
    },

    async due(before) {
      const entries = await queryShards(db, {
        tableName: TableName,
        index: 'imports_due',
        ...tableKeys.events.indexes.imports_due,
        partitions: dueShards,
        bound: { operator: '<', value: before.toISOString() },
        order: 'ascending',
        limit: 100,
      });
      const items = await batchGet(
        db,
        TableName,
        entries.map(({ pk }) => ({ pk })),
        { consistent: true },
      );
      return items.map((found) => importRecord.parse(found));
    },

    async chunk(id, kind, number) {
      const found = await item(chunkKey(id, kind, number));
      return found === undefined ? [] : chunk.parse(found).rows;
    },
  };
}
