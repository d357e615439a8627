import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { bodies, counts, type SqsWorld, sqsWorld } from './sqs-world.ts';

let sqs: SqsWorld;
beforeAll(async () => void (sqs = await sqsWorld()));
afterAll(() => sqs.stop());

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
async function aPair(name: string, maxReceiveCount = 2, attributes: Record<string, string> = {}) {
  const suffix = attributes['FifoQueue'] === 'true' ? '.fifo' : '';
  const fifo: Record<string, string> = suffix === '' ? {} : { FifoQueue: 'true' };
  const dead = await sqs.create(`${name}-dead${suffix}`, fifo);
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn(`${name}-dead${suffix}`), maxReceiveCount });
  const url = await sqs.create(`${name}${suffix}`, { VisibilityTimeout: '1', RedrivePolicy, ...attributes });
  return { url, dead };
}

test('a message goes to the dead-letter queue when it would be received once too often, and not before', async () => {
  const { url, dead } = await aPair('timeline');
  const { MessageId } = await sqs.send(url, 'm');
  const [first] = await sqs.receive(url);
  expect(counts([first!])).toEqual(['1']);
  await sqs.hide(url, first!, 2);
  sqs.pass(1200);
  expect(await sqs.receive(url)).toEqual([]);
  sqs.pass(1200);
  expect(counts(await sqs.receive(url))).toEqual(['2']);
  sqs.pass(1200);
  expect(await sqs.receive(dead)).toEqual([]);
  expect(await sqs.receive(url)).toEqual([]);
  const [message] = await sqs.receive(dead);
  expect(message).toMatchObject({ MessageId, Body: 'm', Attributes: { DeadLetterQueueSourceArn: arn('timeline') } });
  expect(await sqs.attributes(url)).toMatchObject({ ApproximateNumberOfMessages: '0' });
});

test('a receive goes past dead letters to the messages behind them, and wakes who waits for the dead ones', async () => {
  const { url, dead } = await aPair('behind', 1);
  await sqs.send(url, 'poison');
  await sqs.receive(url);
  const waiting = sqs.receive(dead, { wait: 5 });
  sqs.pass(1100);
  await sqs.send(url, 'fine');
  expect(bodies(await sqs.receive(url))).toEqual(['fine']);
  expect(bodies(await waiting)).toEqual(['poison']);
});

test('a dead letter keeps its age, and so expires with it', async () => {
  const { url, dead } = await aPair('aging', 1);
  await sqs.send(url, 'old');
  await sqs.receive(url);
  sqs.pass(345_500_000);
  await sqs.receive(url);
  expect(await sqs.attributes(dead)).toMatchObject({ ApproximateNumberOfMessages: '1' });
  sqs.pass(101_000);
  expect(await sqs.receive(dead)).toEqual([]);
});

test('a dead letter frees its FIFO group', async () => {
  const { url, dead } = await aPair('group', 1, { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  for (const body of ['poison', 'next']) await sqs.send(url, body, { MessageGroupId: 'g' });
  expect(bodies(await sqs.receive(url, { max: 1 }))).toEqual(['poison']);
  sqs.pass(1100);
  expect(bodies(await sqs.receive(url))).toEqual(['next']);
  const [message] = await sqs.receive(dead);
  expect([message!.Body, message!.Attributes!['MessageGroupId' as never]]).toEqual(['poison', 'g']);
});

test('dead letters can be moved back to where they came from, and start afresh', async () => {
  const { url, dead } = await aPair('redrive', 1);
  const sent = [];
  for (const body of ['a', 'b', 'c']) sent.push((await sqs.send(url, body)).MessageId);
  await sqs.receive(url);
  sqs.pass(1100);
  await sqs.receive(url);
  await sqs.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('redrive-dead') }));
  await vi.waitFor(async () => {
    const { Results } = await sqs.client.send(new ListMessageMoveTasksCommand({ SourceArn: arn('redrive-dead') }));
    expect(Results![0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3 });
  }, 30_000);
  const messages = await sqs.receive(url);
  expect(bodies(messages).toSorted()).toEqual(['a', 'b', 'c']);
  expect(counts(messages)).toEqual(['1', '1', '1']);
  for (const { MessageId } of messages) expect(sent).not.toContain(MessageId);
  expect(await sqs.receive(dead)).toEqual([]);
});

test('only a dead-letter queue that exists can be moved out of', async () => {
  await sqs.create('ordinary');
  const start = (SourceArn: string) => sqs.client.send(new StartMessageMoveTaskCommand({ SourceArn }));
  await expect(start(arn('ordinary'))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  await expect(start(arn('nowhere'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});
