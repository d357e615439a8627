import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  PutItemCommand,
  ScanCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from '../processes/process-table.ts';
import { startDynamoDb, type DynamoDb } from './dynamodb.ts';
import { engineProgram } from './engine-program.ts';
import { readStream } from './read-stream.ts';

const NOW = new Date('2026-11-23T10:00:00Z');
const seconds = (offset: number) => ({ N: String(NOW.getTime() / 1000 + offset) });

let dir: string;
let db: DynamoDb;
let client: DynamoDBClient;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dynamodb-'));
  await start({ dir });
});
afterEach(async () => {
  client.destroy();
  await db.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function start(options: { dir?: string }) {
  db = await startDynamoDb({ ...options, now: () => NOW });
  client = new DynamoDBClient({
    endpoint: db.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

const anIndex = (IndexName: string, AttributeName = 'owner') => ({
  IndexName,
  KeySchema: [{ AttributeName, KeyType: 'HASH' }],
  Projection: { ProjectionType: 'KEYS_ONLY' },
});

const properties = (changes: object = {}) => ({
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'owner', AttributeType: 'S' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  ...changes,
});
const onlyKey = { AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }] };

const put = (Item: Record<string, AttributeValue>) => client.send(new PutItemCommand({ TableName: 'things', Item }));
const table = async () => (await client.send(new DescribeTableCommand({ TableName: 'things' }))).Table;
async function ids() {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: 'things' }));
  return Items.map(({ pk }) => pk?.S ?? '').toSorted((a, b) => a.localeCompare(b));
}
const engine = (): { host: number; engine: number } =>
  JSON.parse(readFileSync(join(dir, 'dynamodb.sqlite.lock'), 'utf8'));

test("a table is made as the template's properties say", async () => {
  const made = await db.ensureTable(
    'things',
    properties({
      GlobalSecondaryIndexes: [anIndex('by-owner')],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      SSESpecification: { SSEEnabled: true },
      Tags: [{ Key: 'a', Value: 'b' }],
    }),
  );
  expect(made).toEqual({
    tableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/things',
    streamArn: expect.stringMatching(/^arn:aws:dynamodb:us-east-1:000000000000:table\/things\/stream\//),
  });
  const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: 'things' }));
  expect(TimeToLiveDescription?.AttributeName).toBe('expires');
  expect((await table())?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(['by-owner']);
});

test('what the template says and nobody here knows is refused by name', async () => {
  const unknown = properties({ KinesisStreamSpecification: { StreamArn: 'x' } });
  await expect(db.ensureTable('things', unknown)).rejects.toThrow(/things: .*KinesisStreamSpecification/s);
});

test('ensuring twice changes nothing', async () => {
  const wanted = properties({
    GlobalSecondaryIndexes: [anIndex('by-owner')],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
  });
  const first = await db.ensureTable('things', wanted);
  await put({ pk: { S: 'a' } });
  expect(await db.ensureTable('things', wanted)).toEqual(first);
  expect(await ids()).toEqual(['a']);
});

test('an index or a stream that the template gained or lost comes and goes, and the items stay', async () => {
  await db.ensureTable('things', properties(onlyKey));
  await put({ pk: { S: 'a' }, owner: { S: 'me' } });

  const gained = properties({
    GlobalSecondaryIndexes: [anIndex('by-owner')],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  });
  expect((await db.ensureTable('things', gained)).streamArn).toContain('things/stream/');
  expect((await table())?.GlobalSecondaryIndexes).toHaveLength(1);
  const byOwner = await client.send(new ScanCommand({ TableName: 'things', IndexName: 'by-owner' }));
  expect(byOwner.Count).toBe(1);

  expect(await db.ensureTable('things', properties(onlyKey))).not.toHaveProperty('streamArn');
  expect((await table())?.GlobalSecondaryIndexes ?? []).toHaveLength(0);
  expect(await ids()).toEqual(['a']);
});

test.each([
  ['its key', { KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }] }, 'the key schema'],
  ["an index's key", { GlobalSecondaryIndexes: [anIndex('by-owner', 'pk')], ...onlyKey }, 'a global secondary index'],
  ["its stream's view", { StreamSpecification: { StreamViewType: 'KEYS_ONLY' } }, 'the stream'],
])('a table of which the template changed %s is refused, with the way out', async (_name, changes, what) => {
  const before = {
    GlobalSecondaryIndexes: [anIndex('by-owner')],
    StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
  };
  await db.ensureTable('things', properties(before));
  const changed = db.ensureTable('things', properties({ ...before, ...changes }));
  await expect(changed).rejects.toThrow(new RegExp(`Table things: ${what} changed.*--fresh`));
});

test('what has expired is swept away, and the stream carries it', async () => {
  const { streamArn = '' } = await db.ensureTable(
    'things',
    properties({
      ...onlyKey,
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
      StreamSpecification: { StreamViewType: 'OLD_IMAGE' },
    }),
  );
  await put({ pk: { S: 'expired' }, ttl: seconds(-1) });
  await put({ pk: { S: 'alive' }, ttl: seconds(60) });
  await put({ pk: { S: 'eternal' } });
  await put({ pk: { S: 'no number' }, ttl: { S: '1' } });
  await put({ pk: { S: 'too old to be meant' }, ttl: { N: '1' } });
  expect(await db.sweepExpired()).toBe(1);
  expect(await ids()).toEqual(['alive', 'eternal', 'no number', 'too old to be meant']);
  const removed = (await readStream(db.endpoint, streamArn)).filter(({ eventName }) => eventName === 'REMOVE');
  expect(removed.map(({ dynamodb }) => dynamodb?.OldImage?.['pk']?.S)).toEqual(['expired']);
});

test('a sweep reads past the first page, and leaves tables without a time to live alone', async () => {
  await db.ensureTable(
    'things',
    properties({ ...onlyKey, TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } }),
  );
  const megabytes = Array.from({ length: 5 }, (_, i) => ({
    pk: { S: String(i) },
    ttl: seconds(-i),
    filler: { S: 'x'.repeat(300_000) },
  }));
  await Promise.all(megabytes.map(put));
  expect(await db.sweepExpired()).toBe(5);
  await db.ensureTable('things', properties(onlyKey));
  await put({ pk: { S: 'a' }, ttl: seconds(-1) });
  expect(await db.sweepExpired()).toBe(0);
});

test('what was acknowledged survives kill -9 of the engine, which comes back at the same address', async () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  await db.ensureTable('things', properties(onlyKey));
  for (let i = 0; i < 50; i += 1) await put({ pk: { S: String(i) } });
  process.kill(engine().engine, 'SIGKILL');
  await vi.waitFor(async () => expect(await ids()).toHaveLength(50), 30_000);
  expect(error.mock.calls.join()).toContain('The DynamoDB engine ended (SIGKILL)');
  error.mockRestore();
});

test('the tables are there after a stop and a start', async () => {
  await db.ensureTable('things', properties(onlyKey));
  await put({ pk: { S: 'a' } });
  client.destroy();
  await db.stop();
  await start({ dir });
  expect(await ids()).toEqual(['a']);
});

test('a new database has the indexes that keep its streams quick, and the engine keeps them', async () => {
  await db.ensureTable('things', properties(onlyKey));
  client.destroy();
  await db.stop();
  const indexes = readFileSync(join(dir, 'dynamodb.sqlite'), 'latin1').match(/CREATE INDEX stream_records_\w+/g);
  expect(indexes).toHaveLength(3);
  await start({ dir });
});

test('a database that is in use is not opened twice', async () => {
  await expect(startDynamoDb({ dir })).rejects.toThrow(`in use by process ${process.pid}`);
});

test('stopping ends the engine', async () => {
  const { engine: pid } = engine();
  await db.stop();
  expect(await commandLine(pid)).toBe('');
});

test('a platform without an engine is told what to do', () => {
  expect(() => engineProgram('win32', 'arm64')).toThrow(/@dynoxide\/win32-arm64.*DYNAMODB_ENDPOINT=http:/s);
});
