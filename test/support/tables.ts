import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tables } from '../../contract/tables.ts';
import { startDynamoDb } from '../../local-cloud/dynamodb/dynamodb.ts';

/** The tables on a real engine, in memory, made from the same facts as the template. */
export async function someTables() {
  const engine = await startDynamoDb({});
  const names = { downloads: 'Downloads', events: 'Events', connections: 'Connections', news: 'News' };
  await Promise.all([
    engine.ensureTable(names.downloads, cloudFormation(tables.downloads)),
    engine.ensureTable(names.events, cloudFormation(tables.events)),
    engine.ensureTable(names.connections, cloudFormation(tables.connections)),
    engine.ensureTable(names.news, cloudFormation(tables.news)),
  ]);
  const db = documentClient(engine.endpoint);
  return {
    db,
    names,
    endpoint: engine.endpoint,
    async stop() {
      db.destroy();
      await engine.stop();
    },
  };
}

export function documentClient(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

type Keys = { partitionKey: string; sortKey?: string };

function cloudFormation(table: Keys & { indexes: Record<string, Keys> }) {
  const all = [table, ...Object.values(table.indexes)].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  const attributes = [...new Set(all)].filter((name) => name !== undefined);
  return {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: attributes.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keySchema(table),
    ...(Object.keys(table.indexes).length > 0 && {
      GlobalSecondaryIndexes: Object.entries(table.indexes).map(([IndexName, keys]) => ({
        IndexName,
        KeySchema: keySchema(keys),
        Projection: { ProjectionType: 'KEYS_ONLY' },
      })),
    }),
  };
}

function keySchema({ partitionKey, sortKey }: Keys) {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    ...(sortKey === undefined ? [] : [{ AttributeName: sortKey, KeyType: 'RANGE' }]),
  ];
}
