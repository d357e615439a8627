import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Invocation, Invoker } from '../lambda/invoker.ts';
import { TooManyRequests } from '../lambda/lambda-refusals.ts';
import { openQueues, type Queues } from '../sqs/queues.ts';
import { startQueueMapping } from './queue-mapping.ts';

type Batch = { Records: { messageId: string; body: string; attributes: Record<string, string> }[] };
type Options = Parameters<typeof startQueueMapping>[0];

let dir: string;
let queues: Queues;
let stops: (() => Promise<void>)[];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'queue-mapping-'));
  queues = await openQueues({ dir, url: () => 'http://127.0.0.1:4566' });
  stops = [];
});
afterEach(async () => {
  for (const stop of stops) await stop();
  await queues.stop();
  rmSync(dir, { recursive: true });
});

/** A function whose handler gets the bodies of its batch; what it returns is its answer. */
function aFunction(handler: (bodies: string[], batch: Batch) => unknown): Invoker & { batches: string[][] } {
  const batches: string[][] = [];
  return {
    batches,
    async invoke(_name, payload): Promise<Invocation> {
      const batch: Batch = JSON.parse(payload);
      const bodies = batch.Records.map(({ body }) => body);
      batches.push(bodies);
      const answer = await handler(bodies, batch);
      if (answer instanceof Error) return { payload: '{}', functionError: 'Unhandled', requestId: 'r' };
      return { payload: typeof answer === 'string' ? answer : JSON.stringify(answer ?? null), requestId: 'r' };
    },
    invokeAsync: () => {},
    invokeStreaming: () => Promise.reject(new Error('not streamed')),
  };
}

function start(invoker: Invoker, options: Partial<Options> = {}): { stop(): Promise<void> } {
  const queueName = options.queueName ?? 'work';
  const mapping = startQueueMapping({
    queues,
    invoker,
    queueName,
    functionName: 'fn',
    eventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
    batchSize: 10,
    maximumBatchingWindowSeconds: 0,
    reportBatchItemFailures: false,
    filters: [],
    log: () => {},
    ...options,
  });
  stops.push(() => mapping.stop());
  return mapping;
}
const left = (name = 'work') => {
  const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: hidden } =
    queues.attributes(name);
  return Number(visible) + Number(hidden);
};
const hidden = (name = 'work') => Number(queues.attributes(name)['ApproximateNumberOfMessagesNotVisible']);
const until = (check: () => void) => vi.waitFor(check, { timeout: 30_000, interval: 10 });
const work = (attributes: Record<string, string> = {}) =>
  queues.create('work', { VisibilityTimeout: '1', ...attributes });

test('messages are handed over as SQS records, and deleted when the function is done with them', async () => {
  work();
  let seen: Batch | undefined;
  const invoker = aFunction((_, batch) => void (seen = batch));
  start(invoker);
  await queues.send('work', '{"id":1}', { groupId: 'g' });
  await until(() => expect(left()).toBe(0));
  expect(seen?.Records).toEqual([
    {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '{"id":1}',
      attributes: {
        ApproximateReceiveCount: '1',
        ApproximateFirstReceiveTimestamp: expect.any(String),
        SentTimestamp: expect.any(String),
        SenderId: expect.any(String),
        MessageGroupId: 'g',
      },
      messageAttributes: {},
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
      awsRegion: 'us-east-1',
    },
  ]);
});

test('of a batch with a bad message the good one is handled once; the bad one comes twice and is then dead-lettered', async () => {
  const { arn } = queues.create('dead', {});
  work({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 2 }) });
  await queues.send('work', 'good');
  await queues.send('work', 'bad');
  const counts: string[] = [];
  const invoker = aFunction((_, { Records }) => {
    const bad = Records.filter(({ body }) => body === 'bad');
    counts.push(...bad.map(({ attributes }) => attributes['ApproximateReceiveCount']!));
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  start(invoker, { reportBatchItemFailures: true });
  await until(() => expect(left('dead')).toBe(1));
  expect(invoker.batches.flat().filter((body) => body === 'good')).toEqual(['good']);
  expect(counts).toEqual(['1', '2']);
  expect(left()).toBe(0);
});

test.each([
  ['throws', () => new Error('broken')],
  ['names an item that was not in the batch', () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] })],
  ['names an empty item', () => ({ batchItemFailures: [{ itemIdentifier: '' }] })],
  ['names no item', () => ({ batchItemFailures: [{ itemIdentifier: null }] })],
  ['uses another key', () => ({ batchItemFailures: [{ id: 'x' }] })],
  ['answers with what is no JSON', () => 'oops'],
])('the whole batch stays until its visibility timeout when the function %s', async (_, answer) => {
  work({ VisibilityTimeout: '30' });
  await queues.send('work', 'a');
  const invoker = aFunction(answer);
  start(invoker, { reportBatchItemFailures: true });
  await until(() => expect(invoker.batches).toHaveLength(1));
  await sleep(50);
  expect(hidden()).toBe(1);
});

test.each([
  ['nothing', undefined],
  ['no list', {}],
  ['null for a list', { batchItemFailures: null }],
  ['an empty list', { batchItemFailures: [] }],
])('the whole batch is deleted when a function that reports failures answers with %s', async (_, answer) => {
  work();
  await queues.send('work', 'a');
  start(
    aFunction(() => answer),
    { reportBatchItemFailures: true },
  );
  await until(() => expect(left()).toBe(0));
});

test('no message is received that no invocation is free to take', async () => {
  work({ VisibilityTimeout: '30' });
  for (let n = 0; n < 6; n += 1) await queues.send('work', `${n}`);
  const release: (() => void)[] = [];
  const invoker = aFunction(() => new Promise<void>((resolve) => void release.push(resolve)));
  start(invoker, { batchSize: 1, maximumConcurrency: 2 });
  await until(() => expect(release).toHaveLength(2));
  await sleep(100);
  expect(hidden()).toBe(2);
  release.shift()!();
  await until(() => expect(release).toHaveLength(2));
  expect(invoker.batches).toHaveLength(3);
  expect(hidden()).toBe(2);
  for (const go of release) go();
});

test('a throttled batch is tried again while it is ours, and nothing else is received meanwhile', async () => {
  work({ VisibilityTimeout: '5' });
  await queues.send('work', 'a');
  await queues.send('work', 'b');
  let throttles = 3;
  const inner = aFunction(() => null);
  const invoker: Invoker = {
    ...inner,
    async invoke(name, payload) {
      if (throttles-- <= 0) return inner.invoke(name, payload);
      expect(hidden()).toBe(1);
      throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
    },
  };
  start(invoker, { batchSize: 1 });
  await until(() => expect(left()).toBe(0));
  expect(inner.batches.flat().toSorted()).toEqual(['a', 'b']);
});

test('a batch window gathers messages until it ends', async () => {
  work({ VisibilityTimeout: '30' });
  const invoker = aFunction(() => null);
  start(invoker, { batchSize: 25, maximumBatchingWindowSeconds: 1 });
  const begin = Date.now();
  for (let n = 0; n < 5; n += 1) await queues.send('work', `${n}`);
  await until(() => expect(invoker.batches).toEqual([['0', '1', '2', '3', '4']]));
  expect(Date.now() - begin).toBeGreaterThanOrEqual(900);
});

test('a full batch does not wait for its window to end', async () => {
  work({ VisibilityTimeout: '30' });
  const invoker = aFunction(() => null);
  start(invoker, { batchSize: 25, maximumBatchingWindowSeconds: 60 });
  for (let n = 0; n < 25; n += 1) await queues.send('work', `${n}`);
  await until(() => expect(invoker.batches.map((batch) => batch.length)).toEqual([25]));
});

test('messages that no filter passes are deleted without being handed over', async () => {
  work();
  await queues.send('work', '{"kind":"b"}');
  await queues.send('work', 'no json');
  await queues.send('work', '{"kind":"a"}');
  const invoker = aFunction(() => null);
  start(invoker, { filters: [{ body: { kind: ['a'] } }] });
  await until(() => expect(left()).toBe(0));
  expect(invoker.batches).toEqual([['{"kind":"a"}']]);
});

test('a batch larger than a payload may be is handed over in parts', async () => {
  work({ VisibilityTimeout: '30' });
  const body = 'x'.repeat(1_000_000);
  for (let n = 0; n < 8; n += 1) await queues.send('work', body);
  const invoker = aFunction(() => null);
  start(invoker);
  await until(() => expect(left()).toBe(0));
  expect(invoker.batches.map((batch) => batch.length)).toEqual([6, 2]);
});

test('a FIFO group waits for its failed message, in order, while other groups go on', async () => {
  queues.create('work.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true', VisibilityTimeout: '1' });
  for (const body of ['a1', 'a2']) await queues.send('work.fifo', body, { groupId: 'a' });
  await queues.send('work.fifo', 'b1', { groupId: 'b' });
  let failures = 1;
  const invoker = aFunction(([body]) => (body === 'a1' && failures-- > 0 ? new Error('later') : null));
  start(invoker, { queueName: 'work.fifo', batchSize: 1 });
  await until(() => expect(left('work.fifo')).toBe(0));
  expect(invoker.batches.flat()).toEqual(['a1', 'b1', 'a1', 'a2']);
});

test('stopping lets an invocation finish, and one that takes too long is left to its visibility timeout', async () => {
  work({ VisibilityTimeout: '30' });
  await queues.send('work', 'quick');
  const invoker = aFunction(([body]) => sleep(body === 'quick' ? 200 : 60_000, null, { ref: false }));
  const mapping = start(invoker);
  await until(() => expect(invoker.batches).toHaveLength(1));
  await queues.send('work', 'slow');
  await until(() => expect(invoker.batches).toHaveLength(2));
  await mapping.stop();
  expect(left()).toBe(1);
  expect(hidden()).toBe(1);
});

test('stopping within a batch window gives the gathered messages back', async () => {
  work({ VisibilityTimeout: '30' });
  await queues.send('work', 'a');
  const mapping = start(
    aFunction(() => null),
    { maximumBatchingWindowSeconds: 60 },
  );
  await until(() => expect(hidden()).toBe(1));
  await mapping.stop();
  expect(left()).toBe(1);
  expect(hidden()).toBe(0);
});

test('a mapping that waits costs next to nothing', async () => {
  work();
  start(aFunction(() => null));
  await sleep(50);
  const before = process.cpuUsage();
  await sleep(500);
  const { user, system } = process.cpuUsage(before);
  expect(user + system).toBeLessThan(100_000);
});

test.each([
  ['a batch above ten without a window', { batchSize: 11 }, /BatchSize/],
  ['a window on a FIFO queue', { queueName: 'work.fifo', maximumBatchingWindowSeconds: 1 }, /MaximumBatchingWindow/],
  ['an unknown filter operator', { filters: [{ body: [{ wildcard: '*' }] }] }, /wildcard/],
])('%s is refused', (_, options, message) => {
  expect(() =>
    start(
      aFunction(() => null),
      options,
    ),
  ).toThrow(message);
});
