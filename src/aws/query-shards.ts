import { BatchGetCommand, QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

type Item = Record<string, unknown>;
type Bound = { operator: '<' | '<='; value: string };

export type ShardedQuery = {
  tableName: string;
  index: string;
  partitionKey: string;
  sortKey: string;
  /** The values of the partition key, one for each shard. */
  partitions: string[];
  bound: Bound | null;
  order: 'ascending' | 'descending';
  limit: number;
};

/** The first `limit` index entries over all shards, in the order of the sort key. One query a shard, whatever the history. */
export async function queryShards(db: DynamoDBDocumentClient, query: ShardedQuery): Promise<Item[]> {
  const { partitionKey, sortKey, bound, order, limit } = query;
  const pages = await Promise.all(
    query.partitions.map((partition) =>
      db.send(
        new QueryCommand({
          TableName: query.tableName,
          IndexName: query.index,
          KeyConditionExpression: bound === null ? '#p = :p' : `#p = :p AND #s ${bound.operator} :s`,
          ExpressionAttributeNames: { '#p': partitionKey, ...(bound && { '#s': sortKey }) },
          ExpressionAttributeValues: { ':p': partition, ...(bound && { ':s': bound.value }) },
          ScanIndexForward: order === 'ascending',
          Limit: limit,
        }),
      ),
    ),
  );
  const sign = order === 'ascending' ? 1 : -1;
  return pages
    .flatMap((page) => page.Items ?? [])
    .toSorted((a, b) => (String(a[sortKey]) < String(b[sortKey]) ? -sign : sign))
    .slice(0, limit);
}

/** Reads up to 100 items by key; what no longer exists is left out, in no particular order. */
export async function batchGet(db: DynamoDBDocumentClient, tableName: string, keys: Item[]): Promise<Item[]> {
  const found: Item[] = [];
  let wanted: Record<string, { Keys: Item[] }> = keys.length === 0 ? {} : { [tableName]: { Keys: keys } };
  while (Object.keys(wanted).length > 0) {
    const { Responses, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems: wanted }));
    found.push(...(Responses?.[tableName] ?? []));
    wanted = Object.fromEntries(Object.entries(UnprocessedKeys ?? {}).map(([name, { Keys = [] }]) => [name, { Keys }]));
  }
  return found;
}
