import { createHash } from 'node:crypto';
import { INDEX_SHARDS } from '../../contract/tables.ts';
import type { Write } from '../aws/transact.ts';
import { newsWrite } from '../news/table.ts';
import { countersWrite } from './counters.ts';
import { downloadLog } from './download-log.ts';
import { downloadNews } from './download-news.ts';
import type { Download } from './download.ts';
import { droppedBy, droppedWrite, type Dropped } from './dropped-bytes.ts';

export type DownloadTables = {
  downloads: string;
  news: string;
  /** How long what has ended is kept; for ever, unless this says. */
  retentionDays?: number | undefined;
};

export const downloadKey = (id: string): { pk: string } => ({ pk: `download#${id}` });

export function shardOf(id: string): number {
  return (createHash('sha256').update(id).digest()[0] ?? 0) % INDEX_SHARDS;
}

export const ownerShard = (owner: string, shard: number): string => `${owner}#${shard}`;
export const statusShard = (owner: string, status: string, shard: number): string => `${owner}#${status}#${shard}`;

/** The record with its index keys; the sparse ones only while they apply. */
function itemOf(download: Download): Record<string, unknown> {
  const { id, owner, status, unsettled_since, lease_expires_at, expires_at, ...rest } = download;
  const shard = shardOf(id);
  return {
    ...downloadKey(id),
    ...rest,
    id,
    owner,
    status,
    owner_shard: ownerShard(owner, shard),
    status_shard: statusShard(owner, status, shard),
    created: `${download.created_at}#${id}`,
    ...(unsettled_since !== null && { unsettled_since, unsettled_shard: String(shard) }),
    ...(lease_expires_at !== null && { lease_expires_at, leased_shard: String(shard) }),
    ...(expires_at !== null && { expires_at, expiring_shard: String(shard) }),
  };
}

/**
 * One change of a download as one transaction: the record, its counters, its news, and a note of the bytes it lets go of. It commits
 * only if the record is still the one that was read: every change, a claim too, counts `seq` up. `before` null creates.
 */
export function changeDownload(tables: DownloadTables, before: Download | null, after: Download, now: Date): Write[] {
  const record: Write = {
    Put: { TableName: tables.downloads, Item: itemOf(after), ...unchangedSince(before) },
  };
  return [
    record,
    ...countersWrite(tables.downloads, before, after, newlyStored(before, after)),
    ...toldWrites(tables.news, before, after, now),
    ...noteDropped(tables, droppedBy(before, after), before, now),
  ];
}

/** Its listeners are told, and its log gets a line when there is one to write. */
function toldWrites(tableName: string, before: Download | null, after: Download, now: Date): Write[] {
  const line = downloadLog(before, after, now);
  const news = [downloadNews(before, after, now), ...(line === null ? [] : [line])];
  return news.map((entry) => newsWrite(tableName, entry, now));
}

/**
 * Removes the record and tells its listeners; notes its bytes for deletion, unless others have them too.
 */
export function removeDownload(tables: DownloadTables, before: Download, dropped: Dropped | null, now: Date): Write[] {
  const gone: Download = {
    ...before,
    seq: before.seq + 1,
    status: 'cancelled',
    phase: null,
    speed: null,
    eta: null,
    error_code: 'deleted',
  };
  const freed = before.status === 'completed' && dropped !== null ? -(before.file_size ?? 0) : 0;
  return [
    { Delete: { TableName: tables.downloads, Key: downloadKey(before.id), ...unchangedSince(before) } },
    ...countersWrite(tables.downloads, before, null, freed),
    ...toldWrites(tables.news, before, gone, now),
    ...noteDropped(tables, dropped, before, now),
  ];
}

function noteDropped({ downloads }: DownloadTables, dropped: Dropped | null, before: Download | null, now: Date) {
  if (dropped === null || before === null) return [];
  return [droppedWrite(downloads, dropped, before, shardOf(before.id), now)];
}

/** Bytes that a change adds to what is stored: those of a download that shares them were there before. */
function newlyStored(before: Download | null, after: Download): number {
  const completes = after.status === 'completed' && before?.status !== 'completed';
  return completes && !after.shared ? (after.file_size ?? 0) : 0;
}

function unchangedSince(before: Download | null) {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return { ConditionExpression: 'seq = :seq', ExpressionAttributeValues: { ':seq': before.seq } };
}
