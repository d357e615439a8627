import {
  BatchGetCommand,
  QueryCommand,
  type BatchGetCommandInput,
  type DynamoDBDocumentClient,
  type QueryCommandInput,
} from '@aws-sdk/lib-dynamodb';

type Item = Record<string, unknown>;
/** Of the sort key; `between` takes both its ends, of which the lower must not be above the upper. */
type Bound = { operator: '<' | '<='; value: string } | { operator: 'between'; lower: string; upper: string };

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
  const { sortKey, order, limit } = query;
  const pages = await Promise.all(
    query.partitions.map((partition) => db.send(new QueryCommand(oneShard(query, partition)))),
  );
  const sign = order === 'ascending' ? 1 : -1;
  return pages
    .flatMap((page) => page.Items ?? [])
    .toSorted((a, b) => (String(a[sortKey]) < String(b[sortKey]) ? -sign : sign))
    .slice(0, limit);
}

/** All index entries over all shards, in the order of the sort key: each is read once, `limit` of a shard at a time, when it is asked for. */
export async function* walkShards(db: DynamoDBDocumentClient, query: ShardedQuery): AsyncGenerator<Item> {
  const { sortKey, order } = query;
  const isBefore = (a: Item, b: Item) => String(a[sortKey]) < String(b[sortKey]) === (order === 'ascending');
  const shards = query.partitions.map((partition) => entriesOf(db, oneShard(query, partition)));
  const heads = await Promise.all(shards.map(async (shard) => ({ shard, entry: await nextOf(shard) })));
  for (;;) {
    const [first, ...others] = heads.filter((head): head is typeof head & { entry: Item } => head.entry !== null);
    if (first === undefined) return;
    const head = others.reduce((best, other) => (isBefore(other.entry, best.entry) ? other : best), first);
    yield head.entry;
    heads.splice(heads.indexOf(head), 1, { shard: head.shard, entry: await nextOf(head.shard) });
  }
}

async function nextOf(shard: AsyncGenerator<Item>): Promise<Item | null> {
  const { done, value } = await shard.next();
  return done === true ? null : value;
}

async function* entriesOf(db: DynamoDBDocumentClient, input: QueryCommandInput): AsyncGenerator<Item> {
  let start: Item | undefined;
  do {
    const page = await db.send(new QueryCommand({ ...input, ExclusiveStartKey: start }));
    yield* page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** How many index entries there are over all shards: exact below `limit`, else `limit`. One query a shard. */
export async function countShards(db: DynamoDBDocumentClient, query: ShardedQuery): Promise<number> {
  const pages = await Promise.all(
    query.partitions.map((partition) => db.send(new QueryCommand({ ...oneShard(query, partition), Select: 'COUNT' }))),
  );
  const found = pages.reduce((sum, { Count = 0 }) => sum + Count, 0);
  return Math.min(found, query.limit);
}

function oneShard(query: ShardedQuery, partition: string): QueryCommandInput {
  const { tableName, index, partitionKey, sortKey, bound, order, limit } = query;
  return {
    TableName: tableName,
    IndexName: index,
    KeyConditionExpression: bound === null ? '#p = :p' : `#p = :p AND ${conditionOf(bound)}`,
    ExpressionAttributeNames: { '#p': partitionKey, ...(bound && { '#s': sortKey }) },
    ExpressionAttributeValues: { ':p': partition, ...(bound && valuesOf(bound)) },
    ScanIndexForward: order === 'ascending',
    Limit: limit,
  };
}

const conditionOf = (bound: Bound): string =>
  bound.operator === 'between' ? '#s BETWEEN :l AND :u' : `#s ${bound.operator} :s`;
const valuesOf = (bound: Bound): Item =>
  bound.operator === 'between' ? { ':l': bound.lower, ':u': bound.upper } : { ':s': bound.value };

/** Reads up to 100 items by key; what no longer exists is left out, in no particular order. */
export async function batchGet(
  db: DynamoDBDocumentClient,
  tableName: string,
  keys: Item[],
  options: { consistent?: boolean } = {},
): Promise<Item[]> {
  const found: Item[] = [];
  const asked = (Keys: Item[]) => ({ Keys, ConsistentRead: options.consistent ?? false });
  let wanted: NonNullable<BatchGetCommandInput['RequestItems']> = keys.length === 0 ? {} : { [tableName]: asked(keys) };
  while (Object.keys(wanted).length > 0) {
    const { Responses, UnprocessedKeys } = await db.send(new BatchGetCommand({ RequestItems: wanted }));
    found.push(...(Responses?.[tableName] ?? []));
    const left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    wanted = left.length === 0 ? {} : { [tableName]: asked(left) };
  }
  return found;
}
