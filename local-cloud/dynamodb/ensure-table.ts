import { isDeepStrictEqual } from 'node:util';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ResourceNotFoundException,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
  type DynamoDBClient,
  type GlobalSecondaryIndexUpdate,
  type KeySchemaElement,
  type Projection,
  type TableDescription,
  type UpdateTableCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { TableDefinition } from './table-properties.ts';

const ACTIVE = { minDelay: 0.05, maxDelay: 0.5, maxWaitTime: 30 };

type Index = {
  IndexName?: string | undefined;
  KeySchema?: KeySchemaElement[] | undefined;
  Projection?: Projection | undefined;
};

/**
 * Creates the table, or brings an existing one to the definition as a deployment would: indexes and stream come and go.
 * Throws an error that names the table when DynamoDB could not make the change in place.
 */
export async function ensureTable(client: DynamoDBClient, wanted: TableDefinition): Promise<TableDescription> {
  const existing = await describe(client, wanted.create.TableName);
  if (existing === undefined) await client.send(new CreateTableCommand(wanted.create));
  else await update(client, existing, wanted);
  await untilActive(client, wanted.create.TableName);
  await ensureTtl(client, wanted);
  return (await describe(client, wanted.create.TableName)) ?? {};
}

async function describe(client: DynamoDBClient, TableName: string | undefined): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function update(client: DynamoDBClient, existing: TableDescription, { create }: TableDefinition): Promise<void> {
  const unchangeable = (what: string): Error =>
    new Error(
      `Table ${create.TableName}: ${what} changed, and DynamoDB cannot change that in place. Start with --fresh.`,
    );
  if (!isDeepStrictEqual(keysWithTypes(existing), keysWithTypes(create))) throw unchangeable('the key schema');
  if (!sameIndexes(existing.LocalSecondaryIndexes, create.LocalSecondaryIndexes)) {
    throw unchangeable('a local secondary index');
  }
  const oldStream = existing.StreamSpecification?.StreamEnabled === true ? existing.StreamSpecification : undefined;
  const newStream = create.StreamSpecification;
  if (oldStream && newStream && oldStream.StreamViewType !== newStream.StreamViewType) throw unchangeable('the stream');

  const changes: Omit<UpdateTableCommandInput, 'TableName'>[] = [];
  if (!oldStream !== !newStream) changes.push({ StreamSpecification: newStream ?? { StreamEnabled: false } });
  for (const change of indexChanges(existing, create)) {
    if (change === 'changed') throw unchangeable('a global secondary index');
    changes.push({ AttributeDefinitions: create.AttributeDefinitions, GlobalSecondaryIndexUpdates: [change] });
  }
  // One at a time, as on AWS, where a table is busy with each.
  for (const change of changes) {
    await client.send(new UpdateTableCommand({ TableName: create.TableName, ...change }));
    await untilActive(client, create.TableName);
  }
}

function* indexChanges(
  existing: TableDescription,
  create: TableDefinition['create'],
): Generator<GlobalSecondaryIndexUpdate | 'changed'> {
  const before = new Map((existing.GlobalSecondaryIndexes ?? []).map((index) => [index.IndexName, index]));
  const after = create.GlobalSecondaryIndexes ?? [];
  for (const name of before.keys()) {
    if (!after.some(({ IndexName }) => IndexName === name)) yield { Delete: { IndexName: name } };
  }
  for (const index of after) {
    const old = before.get(index.IndexName);
    if (old === undefined) yield { Create: index };
    else if (!isDeepStrictEqual(essence(old), essence(index))) yield 'changed';
    else if (old.KeySchema && !isDeepStrictEqual(types(existing, old.KeySchema), types(create, old.KeySchema))) {
      yield 'changed';
    }
  }
}

type Keyed = Pick<TableDescription, 'KeySchema' | 'AttributeDefinitions'>;

function keysWithTypes(table: Keyed): unknown {
  return [byType(table.KeySchema), types(table, table.KeySchema)];
}

function types({ AttributeDefinitions = [] }: Keyed, keys: KeySchemaElement[] = []): unknown {
  const attributes = new Map(AttributeDefinitions.map((each) => [each.AttributeName, each.AttributeType]));
  return byType(keys).map((key) => attributes.get(key?.AttributeName));
}

function byType(keys: KeySchemaElement[] = []): (KeySchemaElement | undefined)[] {
  return ['HASH', 'RANGE'].map((type) => keys.find(({ KeyType }) => KeyType === type));
}

function essence({ IndexName, KeySchema, Projection }: Index): unknown {
  const attributes = (Projection?.NonKeyAttributes ?? []).toSorted();
  return [IndexName, byType(KeySchema), Projection?.ProjectionType, attributes];
}

function sameIndexes(some: Index[] = [], others: Index[] = []): boolean {
  const sorted = (indexes: Index[]): unknown => indexes.map((index) => JSON.stringify(essence(index))).toSorted();
  return isDeepStrictEqual(sorted(some), sorted(others));
}

async function untilActive(client: DynamoDBClient, TableName: string | undefined): Promise<void> {
  await waitUntilTableExists({ client, ...ACTIVE }, { TableName });
}

async function ensureTtl(
  client: DynamoDBClient,
  { create: { TableName }, ttlAttribute }: TableDefinition,
): Promise<void> {
  const { TimeToLiveDescription: now } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  const current = now?.TimeToLiveStatus?.startsWith('ENABL') === true ? now.AttributeName : undefined;
  if (current === ttlAttribute) return;
  const set = (AttributeName: string, Enabled: boolean): Promise<unknown> =>
    client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { AttributeName, Enabled } }));
  if (current !== undefined) await set(current, false);
  if (ttlAttribute !== undefined) await set(ttlAttribute, true);
}
