import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AwsResponse } from '../aws-request.ts';
import { type Endpoint, startEndpoint } from '../endpoint.ts';
import type { Invoker } from '../lambda/invoker.ts';
import { startStreamMapping } from './stream-mapping.ts';

/** A stand-in for the Streams API, for what the local engine never does: it signs for nobody, splits and trims shards, and dies. */
type FakeShard = { ShardId: string; ParentShardId?: string; records: string[]; trimmed: number; closed: boolean };
type Input = {
  ShardId?: string;
  ShardIteratorType?: string;
  SequenceNumber?: string;
  ShardIterator?: string;
  Limit?: number;
};

const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1';
let dir: string;
let endpoint: Endpoint;
let shards: FakeShard[];
let isDown: boolean;
let iteratorsAsked: string[];
let handled: string[];
let inputs: { Records: Record<string, unknown>[] }[];
let lines: string[];
let stop: () => Promise<void>;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'shards-'));
  shards = [];
  isDown = false;
  iteratorsAsked = [];
  handled = [];
  inputs = [];
  lines = [];
  stop = async () => {};
  endpoint = await startEndpoint({
    port: 0,
    services: {
      dynamodb: async ({ headers, body }) =>
        answer(String(headers['x-amz-target']).split('.')[1]!, JSON.parse(body.toString())),
    },
  });
});
afterEach(async () => {
  await stop();
  await endpoint.stop();
  rmSync(dir, { recursive: true });
});

function answer(operation: string, input: Input): AwsResponse {
  if (isDown) return { status: 500, body: JSON.stringify({ __type: 'com.amazonaws.dynamodb#InternalServerError' }) };
  const ok = (output: object): AwsResponse => ({ status: 200, body: JSON.stringify(output) });
  if (operation === 'DescribeStream')
    return ok({
      StreamDescription: { Shards: shards.map(({ ShardId, ParentShardId }) => ({ ShardId, ParentShardId })) },
    });
  if (operation === 'GetShardIterator') {
    iteratorsAsked.push(`${input.ShardId} ${input.ShardIteratorType}`);
    const shard = shards.find(({ ShardId }) => ShardId === input.ShardId)!;
    const after = Number(input.SequenceNumber);
    if (input.ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' && after < shard.trimmed)
      return {
        status: 400,
        body: JSON.stringify({ __type: 'com.amazonaws.dynamodb#TrimmedDataAccessException', message: 'gone' }),
      };
    const position = { TRIM_HORIZON: shard.trimmed, LATEST: shard.records.length, AFTER_SEQUENCE_NUMBER: after };
    return ok({ ShardIterator: `${input.ShardId} ${Reflect.get(position, input.ShardIteratorType!)}` });
  }
  const [shardId, from] = input.ShardIterator!.split(' ');
  const shard = shards.find(({ ShardId }) => ShardId === shardId)!;
  const start = Number(from);
  const some = shard.records.slice(start, start + input.Limit!);
  const next = start + some.length;
  return ok({
    Records: some.map((key, index) => ({
      eventID: `${start + index + 1}`,
      eventName: key.startsWith('ttl') ? 'REMOVE' : 'INSERT',
      ...(key.startsWith('ttl') && { userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' } }),
      dynamodb: { SequenceNumber: `${start + index + 1}`, Keys: { pk: { S: key } } },
    })),
    ...(!(shard.closed && next === shard.records.length) && { NextShardIterator: `${shardId} ${next}` }),
  });
}

function aShard(ShardId: string, records: string[], more: Partial<FakeShard> = {}): FakeShard {
  const shard = { ShardId, records, trimmed: 0, closed: false, ...more };
  shards.push(shard);
  return shard;
}

function start(startingPosition: 'LATEST' | 'TRIM_HORIZON' = 'TRIM_HORIZON'): void {
  const invoker: Invoker = {
    async invoke(_name, payload) {
      const input = JSON.parse(payload);
      inputs.push(input);
      for (const { dynamodb } of input.Records) handled.push(dynamodb.Keys.pk.S);
      return { payload: 'null', requestId: 'r' };
    },
    invokeAsync: () => {},
    invokeStreaming: () => Promise.reject(new Error('not streamed')),
  };
  const mapping = startStreamMapping({
    endpoint: endpoint.url,
    streamArn,
    invoker,
    functionName: 'fn',
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    filters: [],
    bisectBatchOnFunctionError: false,
    reportBatchItemFailures: false,
    maximumRetryAttempts: -1,
    maximumRecordAgeSeconds: -1,
    parallelizationFactor: 1,
    startingPosition,
    checkpointFile: join(dir, 'checkpoint'),
    pollMs: 10,
    log: (line) => lines.push(line),
  });
  stop = () => mapping.stop();
}
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 10 });

test('a shard is read only after the one it was split from has ended', async () => {
  const parent = aShard('parent', ['a', 'b']);
  aShard('child-1', ['c'], { ParentShardId: 'parent' });
  aShard('child-2', ['d'], { ParentShardId: 'parent' });
  start();
  await until(() => expect(handled).toEqual(['a', 'b']));
  parent.records.push('last');
  parent.closed = true;
  await until(() => expect(handled).toHaveLength(5));
  expect(handled.slice(0, 3)).toEqual(['a', 'b', 'last']);
});

test('a shard that appears later is read from its beginning, even from LATEST, and an ended one never again', async () => {
  const parent = aShard('parent', ['before']);
  start('LATEST');
  await until(() => expect(iteratorsAsked).toEqual(['parent LATEST']));
  parent.records.push('a');
  await until(() => expect(handled).toEqual(['a']));
  aShard('child', ['b'], { ParentShardId: 'parent' });
  parent.closed = true;
  await until(() => expect(handled).toEqual(['a', 'b']));
  expect(iteratorsAsked).toEqual(['parent LATEST', 'child TRIM_HORIZON']);
  await stop();
  start('LATEST');
  await until(() => expect(iteratorsAsked).toHaveLength(3));
  expect(iteratorsAsked.at(-1)).toBe('child AFTER_SEQUENCE_NUMBER');
});

test('a checkpoint that was trimmed away continues with the oldest record there is, and says so', async () => {
  aShard('shard', ['a', 'b', 'c', 'd'], { trimmed: 2 });
  writeFileSync(join(dir, 'checkpoint'), JSON.stringify({ streamArn, shards: { shard: { after: '1' } } }));
  start();
  await until(() => expect(handled).toEqual(['c', 'd']));
  expect(lines.join()).toMatch(/no longer has 1 \(TrimmedDataAccessException\)/);
});

test('a Streams API that fails for a while is asked again, and no change is lost or repeated', async () => {
  const shard = aShard('shard', ['a']);
  start();
  await until(() => expect(handled).toEqual(['a']));
  isDown = true;
  shard.records.push('b');
  await until(() => expect(lines.join()).toContain('InternalServerError'));
  isDown = false;
  await until(() => expect(handled).toEqual(['a', 'b']));
});

test("a deletion by time to live carries DynamoDB's identity", async () => {
  aShard('shard', ['ttl-1']);
  start();
  await until(() => expect(inputs).toHaveLength(1));
  expect(inputs[0]!.Records[0]).toMatchObject({
    eventName: 'REMOVE',
    userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
  });
});

test('the checkpoint follows every batch, and forgets shards the stream no longer has', async () => {
  aShard(
    'shard',
    Array.from({ length: 25 }, (_, n) => `${n}`),
  );
  writeFileSync(join(dir, 'checkpoint'), JSON.stringify({ streamArn, shards: { old: { ended: true } } }));
  start();
  await until(() => expect(handled).toHaveLength(25));
  await until(() =>
    expect(JSON.parse(readFileSync(join(dir, 'checkpoint'), 'utf8'))).toEqual({
      streamArn,
      shards: { shard: { after: '25' } },
    }),
  );
  expect(existsSync(join(dir, 'checkpoint.new'))).toBe(false);
});
