import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodies, type SqsWorld, sqsWorld } from './sqs-world.ts';

let sqs: SqsWorld;
beforeAll(async () => void (sqs = await sqsWorld()));
afterAll(() => sqs.stop());

const aQueue = (name: string, attributes: Record<string, string> = {}) =>
  sqs.create(`${name}.fifo`, {
    FifoQueue: 'true',
    ContentBasedDeduplication: 'true',
    VisibilityTimeout: '1',
    ...attributes,
  });

test('the same body twice is one message for five minutes, with one id', async () => {
  const url = await aQueue('content');
  const first = await sqs.send(url, 'same', { MessageGroupId: 'g' });
  const second = await sqs.send(url, 'same', { MessageGroupId: 'g' });
  expect([second.MessageId, second.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
  const [message, ...others] = await sqs.receive(url);
  expect(others).toEqual([]);
  await sqs.delete(url, message!);
  sqs.pass(299_000);
  await sqs.send(url, 'same', { MessageGroupId: 'g' });
  expect(await sqs.receive(url)).toEqual([]);
  sqs.pass(2000);
  await sqs.send(url, 'same', { MessageGroupId: 'g' });
  expect(await sqs.receive(url)).toHaveLength(1);
});

test('an explicit deduplication id counts, not the body', async () => {
  const url = await aQueue('explicit', { ContentBasedDeduplication: 'false' });
  await sqs.send(url, 'a', { MessageGroupId: 'g', MessageDeduplicationId: '1' });
  await sqs.send(url, 'b', { MessageGroupId: 'g', MessageDeduplicationId: '1' });
  await sqs.send(url, 'a', { MessageGroupId: 'g', MessageDeduplicationId: '2' });
  expect(bodies(await sqs.receive(url))).toEqual(['a', 'a']);
  await expect(sqs.send(url, 'a', { MessageGroupId: 'g' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('with high throughput, deduplication is per group', async () => {
  const url = await aQueue('scoped', { DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' });
  await sqs.send(url, 'same', { MessageGroupId: 'a' });
  await sqs.send(url, 'same', { MessageGroupId: 'b' });
  expect(await sqs.receive(url)).toHaveLength(2);
  await expect(aQueue('unscoped', { FifoThroughputLimit: 'perMessageGroupId' })).rejects.toMatchObject({
    name: 'InvalidAttributeValue',
  });
});

test('a group comes in order and waits while one of its messages is in flight; other groups do not', async () => {
  const url = await aQueue('groups');
  for (const body of ['a1', 'a2', 'a3']) await sqs.send(url, body, { MessageGroupId: 'a' });
  await sqs.send(url, 'b1', { MessageGroupId: 'b' });
  const [a1] = await sqs.receive(url, { max: 1 });
  expect(a1!.Body).toBe('a1');
  expect(bodies(await sqs.receive(url))).toEqual(['b1']);
  expect(await sqs.receive(url)).toEqual([]);
  await sqs.delete(url, a1!);
  expect(bodies(await sqs.receive(url))).toEqual(['a2', 'a3']);
});

test('a message that comes back is first in its group again', async () => {
  const url = await aQueue('back');
  for (const body of ['1', '2', '3', '4']) await sqs.send(url, body, { MessageGroupId: 'g' });
  const [first, second] = await sqs.receive(url, { max: 2 });
  await sqs.delete(url, second!);
  expect(await sqs.receive(url)).toEqual([]);
  await sqs.hide(url, first!, 0);
  expect(bodies(await sqs.receive(url))).toEqual(['1', '3', '4']);
});

test('deleting wakes who waits for the next of the group', async () => {
  const url = await aQueue('wake', { VisibilityTimeout: '30' });
  for (const body of ['1', '2']) await sqs.send(url, body, { MessageGroupId: 'g' });
  const [first] = await sqs.receive(url, { max: 1 });
  const waiting = sqs.receive(url, { wait: 5 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sqs.delete(url, first!);
  expect(bodies(await waiting)).toEqual(['2']);
});

test('sequence numbers grow and system attributes tell the group', async () => {
  const url = await aQueue('sequence');
  const first = await sqs.send(url, '1', { MessageGroupId: 'g' });
  const second = await sqs.send(url, '2', { MessageGroupId: 'g', MessageDeduplicationId: 'd' });
  expect(first.SequenceNumber).toMatch(/^\d{20}$/);
  expect(BigInt(second.SequenceNumber!)).toBeGreaterThan(BigInt(first.SequenceNumber!));
  expect((await sqs.receive(url))[1]!.Attributes).toMatchObject({
    MessageGroupId: 'g',
    MessageDeduplicationId: 'd',
    SequenceNumber: second.SequenceNumber,
  });
});

test('a receipt whose time is over no longer deletes', async () => {
  const url = await aQueue('expired');
  await sqs.send(url, 'm', { MessageGroupId: 'g' });
  const [message] = await sqs.receive(url);
  sqs.pass(1100);
  await expect(sqs.delete(url, message!)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test.each([
  ['without a group', {}, 'MissingParameter'],
  ['with a delay of its own', { MessageGroupId: 'g', DelaySeconds: 1 }, 'InvalidParameterValue'],
  ['with a blank in the group', { MessageGroupId: 'a b' }, 'InvalidParameterValue'],
])('a message %s is refused', async (_, extra, name) => {
  const url = await aQueue('strict');
  await expect(sqs.send(url, 'm', extra)).rejects.toMatchObject({ name });
});

test('order, deduplication and sequence survive a restart', async () => {
  const url = await aQueue('restart');
  const sent = [];
  for (const body of ['1', '2', '3']) sent.push(await sqs.send(url, body, { MessageGroupId: 'g' }));
  const [first] = await sqs.receive(url, { max: 1 });
  await sqs.delete(url, first!);
  await sqs.reopen();
  await sqs.send(url, '1', { MessageGroupId: 'g' });
  const fourth = await sqs.send(url, '4', { MessageGroupId: 'g' });
  expect(BigInt(fourth.SequenceNumber!)).toBeGreaterThan(BigInt(sent[2]!.SequenceNumber!));
  expect(bodies(await sqs.receive(url))).toEqual(['2', '3', '4']);
});
