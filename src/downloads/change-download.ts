import { createHash } from 'node:crypto';
import { INDEX_SHARDS } from '../../contract/tables.ts';
import type { Write } from '../aws/transact.ts';
import { newsWrite } from '../news/table.ts';
import { countersWrite } from './counters.ts';
import { downloadLog } from './download-log.ts';
import { downloadNews } from './download-news.ts';
import type { Download } from './download.ts';

export type DownloadTables = { downloads: string; news: string };

export const downloadKey = (id: string): { pk: string } => ({ pk: `download#${id}` });

export function shardOf(id: string): number {
  return (createHash('sha256').update(id).digest()[0] ?? 0) % INDEX_SHARDS;
}

export const ownerShard = (owner: string, shard: number): string => `${owner}#${shard}`;
export const statusShard = (owner: string, status: string, shard: number): string => `${owner}#${status}#${shard}`;

/** The record with its index keys; the sparse ones only while they apply. */
function itemOf(download: Download): Record<string, unknown> {
  const { id, owner, status, unsettled_since, lease_expires_at, ...rest } = download;
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
  };
}

/**
 * One change of a download as one transaction: the record, its counters and its news. It commits only if the record is still
 * the one that was read: every change, a claim too, counts `seq` up. `before` null creates.
 */
export function changeDownload(tables: DownloadTables, before: Download | null, after: Download, now: Date): Write[] {
  const record: Write = {
    Put: { TableName: tables.downloads, Item: itemOf(after), ...unchangedSince(before) },
  };
  return [record, ...countersWrite(tables.downloads, before, after), ...toldWrites(tables.news, before, after, now)];
}

/** Its listeners are told, and its log gets a line when there is one to write. */
function toldWrites(tableName: string, before: Download | null, after: Download, now: Date): Write[] {
  const line = downloadLog(before, after, now);
  const news = [downloadNews(before, after, now), ...(line === null ? [] : [line])];
  return news.map((entry) => newsWrite(tableName, entry, now));
}

/**
 * Removes the record and tells its listeners. Its bytes are noted in the same transaction, to be deleted from S3 afterwards.
 */
export function removeDownload(tables: DownloadTables, before: Download, now: Date): Write[] {
  const gone: Download = {
    ...before,
    seq: before.seq + 1,
    status: 'cancelled',
    phase: null,
    speed: null,
    eta: null,
    error_code: 'deleted',
  };
  return [
    { Delete: { TableName: tables.downloads, Key: downloadKey(before.id), ...unchangedSince(before) } },
    ...countersWrite(tables.downloads, before, null),
    ...toldWrites(tables.news, before, gone, now),
    ...discardWrites(tables.downloads, before, now),
  ];
}

/** Names what a download had stored when it let go of it: the same download may let go of something again. */
export const discardedId = ({ id, seq }: Pick<Download, 'id' | 'seq'>): string => `${id}#${seq}`;
export const discardKey = (discarded: string): { pk: string } => ({ pk: `discarded#${discarded}` });

/**
 * Notes the bytes of a download for deletion, all but the object to keep: at once when nobody can be writing them, else when the
 * lease has run out.
 */
export function discardWrites(tableName: string, download: Download, now: Date, keep: string | null = null): Write[] {
  if (download.media_key === null) return [];
  const Put = {
    TableName: tableName,
    Item: {
      ...discardKey(discardedId(download)),
      discarded_id: discardedId(download),
      media_key: download.media_key,
      keep,
      unsettled_since: download.lease_expires_at ?? now.toISOString(),
      unsettled_shard: String(shardOf(download.id)),
    },
  };
  return [{ Put }];
}

function unchangedSince(before: Download | null) {
  if (before === null) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return { ConditionExpression: 'seq = :seq', ExpressionAttributeValues: { ':seq': before.seq } };
}
