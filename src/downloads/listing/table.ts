import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Status } from '../../../contract/download.ts';
import { INDEX_SHARDS, tables } from '../../../contract/tables.ts';
import { batchGet, queryShards } from '../../aws/query-shards.ts';
import { ownerShard, statusShard } from '../change-download.ts';
import { downloadRecord, type Download } from '../download.ts';

export type Filter = { owner: string; status?: Status | undefined };
/** `position` is where to go on from; null at the end. */
export type Page = { downloads: Download[]; position: string | null };

export type DownloadListing = {
  /** Newest first, at most 100, from a position on. */
  page(filter: Filter, position: string | null, limit: number): Promise<Page>;
};

const shards = Array.from({ length: INDEX_SHARDS }, (_, shard) => shard);

export function downloadListing(db: DynamoDBDocumentClient, tableName: string): DownloadListing {
  return {
    async page({ owner, status }, position, limit) {
      const index = status === undefined ? 'by_owner' : 'by_status';
      const { partitionKey, sortKey } = tables.downloads.indexes[index];
      const entries = await queryShards(db, {
        tableName,
        index,
        partitionKey,
        sortKey,
        partitions: shards.map((shard) =>
          status === undefined ? ownerShard(owner, shard) : statusShard(owner, status, shard),
        ),
        bound: position === null ? null : { operator: '<', value: position },
        order: 'descending',
        limit,
      });
      const items = await batchGet(
        db,
        tableName,
        entries.map(({ pk }) => ({ pk })),
      );
      const downloads = items
        .map((item) => downloadRecord.parse(item))
        .toSorted((a, b) => compare(created(b), created(a)));
      const last = entries.at(-1)?.[sortKey];
      return { downloads, position: entries.length === limit && typeof last === 'string' ? last : null };
    },
  };
}

const created = (download: Download): string => `${download.created_at}#${download.id}`;
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
