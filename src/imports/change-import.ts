import { INDEX_SHARDS } from '../../contract/tables.ts';
import type { Write } from '../aws/transact.ts';
import { shardOf } from '../downloads/change-download.ts';
import type { News } from '../news/news.ts';
import { newsWrite } from '../news/table.ts';
import { importNews, logNews, type Line, type Tiding } from './import-news.ts';
import type { ImportRecord } from './import.ts';

export type ImportTables = { events: string; news: string };

export const importKey = (id: string): { pk: string } => ({ pk: `import#${id}` });
export const latestKey = (owner: string, uploadId: string): { pk: string } => ({ pk: `upload#${owner}#${uploadId}` });
export const dueShards = Array.from({ length: INDEX_SHARDS }, (_, shard) => String(shard));

/** What is told with a change: on the channel of its name, in its log, and elsewhere. */
export type Told = { tidings?: Tiding[]; lines?: Line[]; elsewhere?: (News | null)[] };

/** The record as it will be: numbered on by what is told of it. */
export function changed(
  before: ImportRecord,
  patch: Partial<ImportRecord>,
  { tidings = [], lines = [] }: Told,
): ImportRecord {
  return {
    ...before,
    ...patch,
    version: before.version + 1,
    seq: before.seq + (before.superseded ? 0 : tidings.length),
    log_seq: before.log_seq + lines.length,
  };
}

/**
 * One change of an import as one transaction: the record and its news. It commits only if the record is still the one that was read
 * (write 0). `after` is what `changed` makes of `before` and the same `told`.
 */
export function changeImport(
  tables: ImportTables,
  before: ImportRecord,
  after: ImportRecord,
  told: Told,
  now: Date,
): Write[] {
  return [recordWrite(tables.events, before, after), ...newsOf(tables, before, told, now)];
}

/** A new import becomes the latest of its name; `latest` is the one before, which then no longer is. */
export function createImport(
  tables: ImportTables,
  created: ImportRecord,
  latest: { before: ImportRecord; after: ImportRecord; told: Told } | null,
  now: Date,
): Write[] {
  const { owner, upload_id, id } = created;
  const first: ImportRecord = { ...created, log_seq: 0 };
  const { file_name } = created;
  const lines: Line[] = [
    { level: 'info', message: `Envio pedido: ${file_name}`, code: 'import_requested', values: { file_name } },
  ];
  return [
    {
      Put: {
        TableName: tables.events,
        Item: { ...latestKey(owner, upload_id), import_id: id },
        ConditionExpression: latest === null ? 'attribute_not_exists(pk)' : 'import_id = :latest',
        ...(latest && { ExpressionAttributeValues: { ':latest': latest.before.id } }),
      },
    },
    recordWrite(tables.events, null, { ...created, log_seq: lines.length }),
    ...newsOf(tables, first, { lines }, now),
    ...(latest === null ? [] : changeImport(tables, latest.before, latest.after, latest.told, now)),
  ];
}

function newsOf(tables: ImportTables, before: ImportRecord, told: Told, now: Date): Write[] {
  const { tidings = [], lines = [], elsewhere = [] } = told;
  const news = [...importNews(before, tidings, now), ...logNews(before, lines, now), ...elsewhere];
  return news.filter((entry) => entry !== null).map((entry) => newsWrite(tables.news, entry, now));
}

function recordWrite(TableName: string, before: ImportRecord | null, after: ImportRecord): Write {
  return { Put: { TableName, Item: itemOf(after), ...unchangedSince(before) } };
}

/** With its index keys; the sparse one only while it applies. */
function itemOf(record: ImportRecord): Record<string, unknown> {
  const { due_at, ...rest } = record;
  return {
    ...importKey(record.id),
    ...rest,
    owner_imports: record.owner,
    requested: `${record.created_at}#${record.id}`,
    ...(due_at !== null && { due_at, due_shard: String(shardOf(record.id)) }),
  };
}

function unchangedSince(before: ImportRecord | null) {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': before.version },
  };
}
