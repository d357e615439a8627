import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  paginateScan,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';

const PAGE = 1_000;
const AT_ONCE = 8;
// AWS takes a time further back for a mistake, and leaves the item.
const OLDEST_SECONDS = 5 * 365 * 24 * 3600;

type Expiring = { tableName: string; ttlAttribute: string; keys: string[] };

/**
 * Deletes the items whose time to live has passed, which the engine does not do itself; returns how many. It reads whole
 * tables, since nothing but a `Scan` finds them: affordable on one machine, where AWS does it at no cost. Streams carry
 * the deletions as ordinary REMOVE records, without AWS's `userIdentity` (`dynamodb.amazonaws.com`).
 */
export async function sweepExpired(client: DynamoDBClient, table: Expiring, now: Date): Promise<number> {
  const seconds = Math.floor(now.getTime() / 1000);
  const expired = {
    ExpressionAttributeNames: { '#ttl': table.ttlAttribute },
    ExpressionAttributeValues: { ':now': { N: String(seconds) }, ':oldest': { N: String(seconds - OLDEST_SECONDS) } },
  };
  const condition = '#ttl BETWEEN :oldest AND :now';
  const names = Object.fromEntries(table.keys.map((key, i) => [`#k${i}`, key]));
  const pages = paginateScan(
    { client, pageSize: PAGE },
    {
      TableName: table.tableName,
      FilterExpression: condition,
      ProjectionExpression: Object.keys(names).join(','),
      ...expired,
      ExpressionAttributeNames: { ...expired.ExpressionAttributeNames, ...names },
    },
  );
  const remove = async (Key: Record<string, AttributeValue>): Promise<number> => {
    try {
      await client.send(
        new DeleteItemCommand({ TableName: table.tableName, Key, ConditionExpression: condition, ...expired }),
      );
      return 1;
    } catch (error) {
      // Its life was prolonged meanwhile.
      if (error instanceof ConditionalCheckFailedException) return 0;
      throw error;
    }
  };
  let deleted = 0;
  for await (const { Items = [] } of pages) {
    for (let i = 0; i < Items.length; i += AT_ONCE) {
      const counts = await Promise.all(Items.slice(i, i + AT_ONCE).map(remove));
      deleted += counts.reduce((sum, count) => sum + count, 0);
    }
  }
  return deleted;
}
