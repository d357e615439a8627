import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { CREDENTIALS, REGION } from '../aws-request.ts';
import { type Engine, startEngine } from '../dynamodb/engine.ts';
import type { Invocation, Invoker } from '../lambda/invoker.ts';
import { TooManyRequests } from '../lambda/lambda-refusals.ts';
import { startStreamMapping } from './stream-mapping.ts';

type Change = { eventName: string; dynamodb: { SequenceNumber: string; Keys: { pk: { S: string } } } };
type Options = Parameters<typeof startStreamMapping>[0];

const dir = mkdtempSync(join(tmpdir(), 'stream-mapping-'));
let engine: Engine;
let db: DynamoDBClient;
let table: string;
let streamArn: string;
let tables = 0;
let stops: (() => Promise<void>)[];
let lines: string[];

beforeAll(async () => {
  engine = await startEngine(undefined);
  db = new DynamoDBClient({ endpoint: engine.endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });
});
afterAll(async () => {
  db.destroy();
  await engine.stop();
  rmSync(dir, { recursive: true });
});
beforeEach(async () => {
  table = `table${(tables += 1)}`;
  stops = [];
  lines = [];
  const { TableDescription } = await db.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  streamArn = TableDescription!.LatestStreamArn!;
});
afterEach(async () => {
  for (const stop of stops) await stop();
});

async function put(...keys: string[]): Promise<void> {
  for (const key of keys) await db.send(new PutItemCommand({ TableName: table, Item: { pk: { S: key } } }));
}
const keysOf = (changes: Change[]) => changes.map(({ dynamodb }) => dynamodb.Keys.pk.S);
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 10 });

/** A function whose handler gets the keys of its batch; an Error is a failed invocation, anything else its answer. */
function aFunction(handler: (keys: string[], changes: Change[]) => unknown = () => null) {
  const batches: string[][] = [];
  const changes: Change[] = [];
  const invoker: Invoker = {
    async invoke(_name, payload): Promise<Invocation> {
      const { Records }: { Records: Change[] } = JSON.parse(payload);
      batches.push(keysOf(Records));
      changes.push(...Records);
      const answer = await handler(keysOf(Records), Records);
      if (answer instanceof Error) return { payload: '{}', functionError: 'Unhandled', requestId: 'r-1' };
      return { payload: JSON.stringify(answer ?? null), requestId: 'r-1' };
    },
    invokeAsync: () => {},
    invokeStreaming: () => Promise.reject(new Error('not streamed')),
  };
  return { ...invoker, batches, changes };
}
const failing = (changes: Change[], key: string) => ({
  batchItemFailures: changes
    .filter(({ dynamodb }) => dynamodb.Keys.pk.S === key)
    .map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })),
});

function start(invoker: Invoker, options: Partial<Options> = {}): { stop(): Promise<void> } {
  const mapping = startStreamMapping({
    endpoint: engine.endpoint,
    streamArn,
    invoker,
    functionName: 'fn',
    batchSize: 100,
    maximumBatchingWindowSeconds: 0,
    filters: [],
    bisectBatchOnFunctionError: false,
    reportBatchItemFailures: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    parallelizationFactor: 1,
    startingPosition: 'TRIM_HORIZON',
    checkpointFile: join(dir, table),
    pollMs: 20,
    log: (line) => lines.push(line),
    ...options,
  });
  stops.push(() => mapping.stop());
  return mapping;
}

test('changes arrive in order, as DynamoDB records', async () => {
  const fn = aFunction();
  start(fn);
  await db.send(new PutItemCommand({ TableName: table, Item: { pk: { S: 'a' }, b: { B: Uint8Array.from([1, 2]) } } }));
  const key = { TableName: table, Key: { pk: { S: 'a' } } };
  await db.send(
    new UpdateItemCommand({ ...key, UpdateExpression: 'SET n = :n', ExpressionAttributeValues: { ':n': { N: '1' } } }),
  );
  await db.send(new DeleteItemCommand(key));
  await until(() => expect(fn.changes).toHaveLength(3));
  expect(fn.changes.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
  expect(fn.changes[1]).toEqual({
    eventID: expect.any(String),
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    eventSourceARN: streamArn,
    dynamodb: {
      ApproximateCreationDateTime: expect.any(Number),
      Keys: { pk: { S: 'a' } },
      OldImage: { pk: { S: 'a' }, b: { B: 'AQI=' } },
      NewImage: { pk: { S: 'a' }, b: { B: 'AQI=' }, n: { N: '1' } },
      SequenceNumber: expect.any(String),
      SizeBytes: expect.any(Number),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  });
});

test('from LATEST, what was written before the start is left out and everything after it arrives', async () => {
  await put('before');
  const fn = aFunction();
  start(fn, { startingPosition: 'LATEST' });
  await until(() => expect(JSON.parse(readFileSync(join(dir, table), 'utf8'))).toBeDefined());
  await sleep(50);
  await put('after');
  await until(() => expect(fn.batches).toEqual([['after']]));
});

test('a mapping that died before its first record misses nothing written meanwhile, even from LATEST', async () => {
  await put('before');
  const mapping = start(aFunction(), { startingPosition: 'LATEST', now: () => Date.now() + 2000 });
  await until(() => expect(readFileSync(join(dir, table), 'utf8')).toContain('since'));
  await mapping.stop();
  await sleep(2000);
  await put('meanwhile');
  const fn = aFunction();
  start(fn, { startingPosition: 'LATEST' });
  await until(() => expect(fn.batches).toEqual([['meanwhile']]));
});

test('a mapping started again continues after its last batch', async () => {
  await put('a', 'b');
  const first = aFunction();
  const mapping = start(first);
  await until(() => expect(first.batches.flat()).toEqual(['a', 'b']));
  await until(() => expect(readFileSync(join(dir, table), 'utf8')).toContain('after'));
  await mapping.stop();
  await put('c');
  const second = aFunction();
  start(second);
  await until(() => expect(second.batches).toEqual([['c']]));
});

test('a batch whose invocation never ended is handed over again after a restart', async () => {
  await put('a');
  const first = aFunction(() => new Promise(() => {}));
  const mapping = start(first);
  await until(() => expect(first.batches).toHaveLength(1));
  await mapping.stop();
  const second = aFunction();
  start(second);
  await until(() => expect(second.batches).toEqual([['a']]));
});

test('a checkpoint of another stream is not used', async () => {
  const path = join(dir, table);
  writeFileSync(path, JSON.stringify({ streamArn: 'arn:other', shards: { 'shardId-00000001': { after: '99' } } }));
  await put('a');
  const fn = aFunction();
  start(fn);
  await until(() => expect(fn.batches).toEqual([['a']]));
  expect(lines.join()).toContain('another stream');
});

test('a failed batch is tried again, whole, until it succeeds', async () => {
  await put('a', 'b');
  let failures = 2;
  const fn = aFunction(() => (failures-- > 0 ? new Error('broken') : null));
  start(fn);
  await until(() => expect(fn.batches).toEqual([fn.batches[0], fn.batches[0], fn.batches[0]]));
  expect(fn.batches[0]).toEqual(['a', 'b']);
});

test('a batch that keeps failing is given up after its retries, its failure is told, and the next one is handled', async () => {
  await put('bad');
  const failures: string[] = [];
  const fn = aFunction(([key]) => (key === 'bad' ? new Error('broken') : null));
  const onFailure = async (record: string) => void failures.push(record);
  start(fn, { maximumRetryAttempts: 1, onFailure, batchSize: 1 });
  await put('good');
  await until(() => expect(fn.batches).toEqual([['bad'], ['bad'], ['good']]));
  expect(failures.map((record): unknown => JSON.parse(record))).toEqual([
    {
      requestContext: {
        requestId: 'r-1',
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 2,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      DDBStreamBatchInfo: {
        shardId: expect.any(String),
        startSequenceNumber: fn.changes[0]!.dynamodb.SequenceNumber,
        endSequenceNumber: fn.changes[0]!.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: expect.stringMatching(/Z$/),
        approximateArrivalOfLastRecord: expect.stringMatching(/Z$/),
        batchSize: 1,
        streamArn,
      },
    },
  ]);
});

test('records older than their maximum age are given up without being handed over', async () => {
  await put('old');
  const failures: string[] = [];
  const fn = aFunction();
  const onFailure = async (record: string) => void failures.push(record);
  start(fn, { maximumRecordAgeSeconds: 60, now: () => Date.now() + 120_000, onFailure });
  await until(() => expect(failures).toHaveLength(1));
  expect(JSON.parse(failures[0]!)).toMatchObject({
    requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 0 },
  });
  expect(fn.batches).toEqual([]);
});

test('a failed batch is halved until only the bad record is given up', async () => {
  await put('a', 'b', 'bad', 'd');
  const failures: { DDBStreamBatchInfo: { batchSize: number }; payload: string }[] = [];
  const fn = aFunction((keys) => (keys.includes('bad') ? new Error('broken') : null));
  const onFailure = async (record: string) => void failures.push(JSON.parse(record));
  start(fn, { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1, onFailure, includePayloadInFailure: true });
  await until(() => expect(fn.batches.at(-1)).toEqual(['d']));
  expect(fn.batches).toEqual([['a', 'b', 'bad', 'd'], ['a', 'b'], ['bad', 'd'], ['bad'], ['bad'], ['d']]);
  expect(failures.map(({ DDBStreamBatchInfo }) => DDBStreamBatchInfo.batchSize)).toEqual([1]);
  expect(keysOf(JSON.parse(failures[0]!.payload).Records)).toEqual(['bad']);
});

test('a partial failure is tried again from its lowest sequence number', async () => {
  await put('a', 'b', 'c', 'd');
  let failures = 1;
  const fn = aFunction((_, changes) => (failures-- > 0 ? failing(changes, 'c') : { batchItemFailures: [] }));
  start(fn, { reportBatchItemFailures: true });
  await until(() =>
    expect(fn.batches).toEqual([
      ['a', 'b', 'c', 'd'],
      ['c', 'd'],
    ]),
  );
});

test('an answer that names an unknown record fails the whole batch', async () => {
  await put('a', 'b');
  let failures = 1;
  const fn = aFunction(() => (failures-- > 0 ? { batchItemFailures: [{ itemIdentifier: '0' }] } : null));
  start(fn, { reportBatchItemFailures: true });
  await until(() =>
    expect(fn.batches).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]),
  );
});

test('a throttled invocation is tried again and does not count as a failure', async () => {
  await put('a');
  let throttles = 2;
  const fn = aFunction();
  const invoke: Invoker['invoke'] = async (name, payload) => {
    if (throttles-- > 0) throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
    return fn.invoke(name, payload);
  };
  start({ ...fn, invoke }, { maximumRetryAttempts: 0 });
  await until(() => expect(fn.batches).toEqual([['a']]));
});

test('only changes that pass a filter are handed over, and the others are not read again', async () => {
  const filters = [{ eventName: ['INSERT'], dynamodb: { Keys: { pk: { S: [{ prefix: 'yes' }] } } } }];
  const fn = aFunction();
  const mapping = start(fn, { filters });
  await put('yes1', 'no1', 'yes2', 'no2');
  await until(() => expect(fn.batches.flat()).toEqual(['yes1', 'yes2']));
  await until(() => expect(readFileSync(join(dir, table), 'utf8')).toContain('"after":"4"'));
  await mapping.stop();
});

test('a batch window gathers changes until it ends', async () => {
  const fn = aFunction();
  start(fn, { maximumBatchingWindowSeconds: 2 });
  await put('a');
  await sleep(200);
  await put('b');
  await until(() => expect(fn.batches).toEqual([['a', 'b']]));
});

test('parallel batches keep the order of each key', async () => {
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  await put(...keys, ...keys);
  let running = 0;
  let most = 0;
  const fn = aFunction(async () => {
    most = Math.max(most, (running += 1));
    await sleep(20);
    running -= 1;
  });
  start(fn, { parallelizationFactor: 4, batchSize: 4 });
  await until(() => expect(fn.changes).toHaveLength(12));
  expect(most).toBeGreaterThan(1);
  for (const key of keys) {
    const numbers = fn.changes
      .filter((change) => keysOf([change])[0] === key)
      .map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
});

test('a batch larger than a payload may be is handed over in parts', async () => {
  const text = 'x'.repeat(390_000);
  for (let n = 0; n < 20; n += 1)
    await db.send(new PutItemCommand({ TableName: table, Item: { pk: { S: `${n}` }, text: { S: text } } }));
  const fn = aFunction();
  start(fn);
  await until(() => expect(fn.changes).toHaveLength(20));
  expect(fn.batches.length).toBeGreaterThan(1);
  expect(keysOf(fn.changes)).toEqual(Array.from({ length: 20 }, (_, n) => `${n}`));
});
