import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ExecuteStatementCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEndpoint, type Endpoint } from '../endpoint.ts';
import { startDynamoDb, type DynamoDb } from './dynamodb.ts';
import { readStream } from './read-stream.ts';

// The numbers are those of the specification this cloud is held to, in the order it gives them.
const TableName = 'specimen';

let db: DynamoDb;
let endpoint: Endpoint;
let client: DynamoDBClient;

beforeAll(async () => {
  db = await startDynamoDb({});
  endpoint = await startEndpoint({ port: 0, services: { dynamodb: db.service } });
  client = new DynamoDBClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  await endpoint.stop();
  await db.stop();
});

const key = (pk: string, sk = '1') => ({ pk: { S: pk }, sk: { S: sk } });
const one = { ':one': { N: '1' } };

async function stored(pk: string, sk = '1') {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key(pk, sk), ConsistentRead: true }));
  return Item;
}

const put = (item: Record<string, AttributeValue>) => client.send(new PutItemCommand({ TableName, Item: item }));
const codes = (error: unknown) =>
  error instanceof TransactionCanceledException ? error.CancellationReasons?.map(({ Code }) => Code) : error;

test('D1, D2: a table with an index and a stream becomes active', async () => {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'g', AttributeType: 'S' },
        { AttributeName: 'gs', AttributeType: 'N' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'gsi1',
          KeySchema: [
            { AttributeName: 'g', KeyType: 'HASH' },
            { AttributeName: 'gs', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await vi.waitFor(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      LatestStreamArn: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table/),
    });
  }, 30_000);
});

test('D3: a conditional put succeeds once', async () => {
  const again = () =>
    client.send(new PutItemCommand({ TableName, Item: key('d3'), ConditionExpression: 'attribute_not_exists(pk)' }));
  await again();
  await expect(again()).rejects.toBeInstanceOf(ConditionalCheckFailedException);
});

test('D4: an update sets a reserved name, appends, adds and removes', async () => {
  const update = () =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('d4'),
        UpdateExpression: 'SET #s=:s, l=list_append(if_not_exists(l,:e),:x) ADD v :one REMOVE zz',
        ExpressionAttributeNames: { '#s': 'status' },
        ExpressionAttributeValues: { ':s': { S: 'on' }, ':e': { L: [] }, ':x': { L: [{ N: '1' }] }, ...one },
        ReturnValues: 'UPDATED_NEW',
      }),
    );
  expect((await update()).Attributes).toEqual({ status: { S: 'on' }, l: { L: [{ N: '1' }] }, v: { N: '1' } });
  expect((await update()).Attributes).toMatchObject({ v: { N: '2' } });
});

test('D5: a string set grows and shrinks', async () => {
  const update = (UpdateExpression: string, values: string[]) =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('d5'),
        UpdateExpression,
        ExpressionAttributeValues: { ':v': { SS: values } },
        ReturnValues: 'ALL_NEW',
      }),
    );
  await update('ADD tags :v', ['x', 'y']);
  expect((await update('DELETE tags :v', ['x'])).Attributes?.['tags']).toEqual({ SS: ['y'] });
});

test('D6, D7: a false condition refuses the update, and gives the item when asked to', async () => {
  await put({ ...key('d6'), v: { N: '5' }, s: { S: 'x' } });
  const update = client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('d6'),
      UpdateExpression: 'SET v = v + :one',
      ConditionExpression: 'v < :max AND #s IN (:a, :b)',
      ExpressionAttributeNames: { '#s': 's' },
      ExpressionAttributeValues: { ...one, ':max': { N: '5' }, ':a': { S: 'x' }, ':b': { S: 'y' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
  );
  await expect(update).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { v: { N: '5' } } });
});

test('D8: an index is read backwards, page by page', async () => {
  for (let i = 0; i < 5; i += 1) await put({ ...key('d8', String(i)), g: { S: 'd8' }, gs: { N: String(i) } });
  const page = (ExclusiveStartKey?: Record<string, AttributeValue>) =>
    client.send(
      new QueryCommand({
        TableName,
        IndexName: 'gsi1',
        KeyConditionExpression: 'g=:g AND gs BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':g': { S: 'd8' }, ':low': { N: '1' }, ':high': { N: '4' } },
        ScanIndexForward: false,
        Limit: 2,
        ...(ExclusiveStartKey && { ExclusiveStartKey }),
      }),
    );
  const first = await page();
  expect(first.Items?.map(({ gs }) => gs?.N)).toEqual(['4', '3']);
  const second = await page(first.LastEvaluatedKey);
  expect(second.Items?.map(({ gs }) => gs?.N)).toEqual(['2', '1']);
});

test('D9: a query filters and projects', async () => {
  for (let i = 1; i <= 4; i += 1) await put({ ...key('d9', `a#${i}`), gs: { N: String(i) } });
  const { Count, Items } = await client.send(
    new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk=:p AND begins_with(sk,:s)',
      FilterExpression: 'gs > :two',
      ProjectionExpression: 'sk',
      ExpressionAttributeValues: { ':p': { S: 'd9' }, ':s': { S: 'a#' }, ':two': { N: '2' } },
    }),
  );
  expect({ Count, Items }).toEqual({ Count: 2, Items: [{ sk: { S: 'a#3' } }, { sk: { S: 'a#4' } }] });
});

test('D10: items are written and read in batches', async () => {
  const puts = Array.from({ length: 25 }, (_, i) => ({ PutRequest: { Item: key('d10', String(i)) } }));
  const written = await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
  expect(written.UnprocessedItems).toEqual({});
  const Keys = [key('d10', '0'), key('d10', '24')];
  const read = await client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } } }));
  expect(read.Responses?.[TableName]).toHaveLength(2);
});

test('D11, D14: a transaction commits whole, and is read whole', async () => {
  await Promise.all([
    put({ ...key('d11', 'counter'), v: { N: '1' } }),
    put(key('d11', 'gone')),
    put(key('d11', 'there')),
  ]);
  await client.send(
    new TransactWriteItemsCommand({
      TransactItems: [
        { Put: { TableName, Item: key('d11', 'new'), ConditionExpression: 'attribute_not_exists(pk)' } },
        {
          Update: {
            TableName,
            Key: key('d11', 'counter'),
            UpdateExpression: 'ADD v :one',
            ExpressionAttributeValues: one,
          },
        },
        { Delete: { TableName, Key: key('d11', 'gone') } },
        { ConditionCheck: { TableName, Key: key('d11', 'there'), ConditionExpression: 'attribute_exists(pk)' } },
      ],
    }),
  );
  const { Responses } = await client.send(
    new TransactGetItemsCommand({
      TransactItems: ['new', 'counter', 'gone'].map((sk) => ({ Get: { TableName, Key: key('d11', sk) } })),
    }),
  );
  expect(Responses?.map(({ Item }) => Item?.['sk']?.S)).toEqual(['new', 'counter', undefined]);
  expect(Responses?.[1]?.Item?.['v']).toEqual({ N: '2' });
});

test('D12: the same transaction sent twice counts once', async () => {
  await put({ ...key('d12'), v: { N: '0' } });
  const send = () =>
    client.send(
      new TransactWriteItemsCommand({
        ClientRequestToken: 'the-same-token',
        TransactItems: [
          {
            Update: {
              TableName,
              Key: key('d12'),
              UpdateExpression: 'ADD v :five',
              ExpressionAttributeValues: { ':five': { N: '5' } },
            },
          },
        ],
      }),
    );
  await send();
  await send();
  expect((await stored('d12'))?.['v']).toEqual({ N: '5' });
});

test('D13: one false condition cancels the transaction, and says which', async () => {
  await put({ ...key('d13'), v: { N: '0' } });
  const failed = await client
    .send(
      new TransactWriteItemsCommand({
        TransactItems: [
          { Put: { TableName, Item: key('d13', 'new') } },
          {
            Update: {
              TableName,
              Key: key('d13'),
              UpdateExpression: 'ADD v :one',
              ConditionExpression: 'v > :one',
              ExpressionAttributeValues: one,
            },
          },
        ],
      }),
    )
    .catch((error: unknown) => error);
  expect(codes(failed)).toEqual(['None', 'ConditionalCheckFailed']);
  expect(await stored('d13', 'new')).toBeUndefined();
});

test('D15: of ten who claim at once, one succeeds', async () => {
  await put({ ...key('d15'), st: { S: 'free' } });
  const claim = () =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('d15'),
        UpdateExpression: 'SET st=:taken',
        ConditionExpression: 'st=:free',
        ExpressionAttributeValues: { ':taken': { S: 'taken' }, ':free': { S: 'free' } },
      }),
    );
  const claims = await Promise.allSettled(Array.from({ length: 10 }, claim));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('D16, D17: a reserved word as it is, and an item above 400 KB, are invalid', async () => {
  const reserved = client.send(
    new UpdateItemCommand({
      TableName,
      Key: key('d16'),
      UpdateExpression: 'SET status=:s',
      ExpressionAttributeValues: { ':s': { S: 'x' } },
    }),
  );
  await expect(reserved).rejects.toMatchObject({ name: 'ValidationException' });
  const large = put({ ...key('d17'), a: { S: 'x'.repeat(420 * 1024) } });
  await expect(large).rejects.toMatchObject({ name: 'ValidationException' });
});

test('D18: a document keeps its structure', async () => {
  const documents = DynamoDBDocumentClient.from(client);
  const value = { a: [1, true, null] };
  const { Attributes } = await documents.send(
    new UpdateCommand({
      TableName,
      Key: { pk: 'd18', sk: '1' },
      UpdateExpression: 'SET doc=:v',
      ExpressionAttributeValues: { ':v': value },
      ReturnValues: 'ALL_NEW',
    }),
  );
  expect(Attributes?.['doc']).toEqual(value);
});

test('D19: a time to live can be set', async () => {
  const TimeToLiveSpecification = { AttributeName: 'ttl', Enabled: true };
  await client.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
  expect(TimeToLiveDescription?.TimeToLiveStatus).toMatch(/ENABL/);
});

test('D20: the stream carries a change with both images', async () => {
  await put({ ...key('d20'), v: { N: '1' } });
  await put({ ...key('d20'), v: { N: '2' } });
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  const records = await readStream(endpoint.url, Table?.LatestStreamArn ?? '');
  const change = records.find(
    ({ eventName, dynamodb }) => eventName === 'MODIFY' && dynamodb?.Keys?.['pk']?.S === 'd20',
  );
  expect(change).toMatchObject({ awsRegion: 'us-east-1', eventSource: 'aws:dynamodb' });
  expect(change?.dynamodb).toMatchObject({ OldImage: { v: { N: '1' } }, NewImage: { v: { N: '2' } } });
});

test('D21: PartiQL finds an item by its key', async () => {
  await put({ ...key('d21'), v: { N: '7' } });
  const { Items } = await client.send(
    new ExecuteStatementCommand({
      Statement: `SELECT * FROM "${TableName}" WHERE pk=? AND sk=?`,
      Parameters: [{ S: 'd21' }, { S: '1' }],
    }),
  );
  expect(Items?.[0]?.['v']).toEqual({ N: '7' });
});

test('no addition is lost, one after the other or sixteen at once', async () => {
  const add = () =>
    client.send(
      new UpdateItemCommand({
        TableName,
        Key: key('counter'),
        UpdateExpression: 'ADD v :one',
        ExpressionAttributeValues: one,
      }),
    );
  for (let i = 0; i < 60; i += 1) await add();
  let left = 60;
  const adder = async () => {
    while (left-- > 0) await add();
  };
  await Promise.all(Array.from({ length: 16 }, adder));
  expect((await stored('counter'))?.['v']).toEqual({ N: '120' });
});
