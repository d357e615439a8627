import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  type QueueAttributeName,
  SetQueueAttributesCommand,
  TagQueueCommand,
  UntagQueueCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodies, type SqsWorld, sqsWorld } from './sqs-world.ts';

let sqs: SqsWorld;
beforeAll(async () => void (sqs = await sqsWorld()));
afterAll(() => sqs.stop());

test('a queue is found by its name; an unknown one is refused by name', async () => {
  const url = await sqs.create('found');
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/000000000000\/found$/);
  expect((await sqs.client.send(new GetQueueUrlCommand({ QueueName: 'found' }))).QueueUrl).toBe(url);
  const refused = { name: 'QueueDoesNotExist', Code: 'AWS.SimpleQueueService.NonExistentQueue' };
  await expect(sqs.client.send(new GetQueueUrlCommand({ QueueName: 'nowhere' }))).rejects.toMatchObject(refused);
  await expect(sqs.send(url.replace('found', 'nowhere'), 'm')).rejects.toMatchObject(refused);
});

test('a queue has its attributes, the defaults of those not given, and its counts', async () => {
  const url = await sqs.create('attributes', { VisibilityTimeout: '7' });
  for (const body of ['a', 'b', 'c']) await sqs.send(url, body);
  await sqs.send(url, 'later', { DelaySeconds: 60 });
  await sqs.receive(url, { max: 1 });
  expect(await sqs.attributes(url)).toEqual({
    ApproximateNumberOfMessages: '2',
    ApproximateNumberOfMessagesDelayed: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
    CreatedTimestamp: expect.stringMatching(/^\d{10}$/),
    DelaySeconds: '0',
    LastModifiedTimestamp: expect.stringMatching(/^\d{10}$/),
    MaximumMessageSize: '1048576',
    MessageRetentionPeriod: '345600',
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:attributes',
    ReceiveMessageWaitTimeSeconds: '0',
    SqsManagedSseEnabled: 'true',
    VisibilityTimeout: '7',
  });
  const get = (...AttributeNames: string[]) =>
    sqs.client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: AttributeNames as QueueAttributeName[] }),
    );
  expect((await get('VisibilityTimeout', 'RedrivePolicy')).Attributes).toEqual({ VisibilityTimeout: '7' });
  await expect(get('Colour')).rejects.toMatchObject({ name: 'InvalidAttributeName' });
});

test('creating a queue again is fine with the same attributes and refused with others', async () => {
  const url = await sqs.create('twice', { DelaySeconds: '3' });
  expect(await sqs.create('twice', { DelaySeconds: '3' })).toBe(url);
  expect(await sqs.create('twice')).toBe(url);
  await expect(sqs.create('twice', { DelaySeconds: '4' })).rejects.toMatchObject({ name: 'QueueNameExists' });
});

test('attributes can be changed, and count from then on', async () => {
  const url = await sqs.create('changed');
  const set = (Attributes: Record<string, string>) =>
    sqs.client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes }));
  await set({ DelaySeconds: '60', Policy: '{"Statement":[]}' });
  await sqs.send(url, 'm');
  expect(await sqs.receive(url)).toEqual([]);
  expect(await sqs.attributes(url)).toMatchObject({ DelaySeconds: '60', Policy: '{"Statement":[]}' });
  await set({ Policy: '' });
  expect(await sqs.attributes(url)).not.toHaveProperty('Policy');
  await expect(set({ FifoQueue: 'true' })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
});

test.each([
  ['an unknown attribute', { Colour: 'red' }, 'InvalidAttributeName'],
  ['an attribute of FIFO queues', { ContentBasedDeduplication: 'true' }, 'InvalidAttributeName'],
  ['a visibility timeout above twelve hours', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
  ['a number that is none', { DelaySeconds: '1.5' }, 'InvalidAttributeValue'],
  ['a redrive policy that is no JSON', { RedrivePolicy: '{' }, 'InvalidAttributeValue'],
  ['a dead-letter queue that does not exist', redrive('nowhere'), 'QueueDoesNotExist'],
  ['a dead-letter queue of the other type', redrive('there.fifo'), 'InvalidParameterValue'],
  ['a dead-letter queue that does not want it', redrive('closed'), 'InvalidParameterValue'],
])('%s is refused', async (_, attributes, name) => {
  await sqs.create('there.fifo', { FifoQueue: 'true' });
  await sqs.create('closed', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
  await expect(sqs.create('refused', attributes)).rejects.toMatchObject({ name });
});
function redrive(name: string): Record<string, string> {
  const deadLetterTargetArn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
  return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 3 }) };
}

test.each(['', 'with space', '../escape', 'a'.repeat(81), 'dot.dot', 'x.fifo'])(
  'the name "%s" is refused',
  async (name) => {
    await expect(sqs.create(name)).rejects.toThrow();
  },
);

test('queues are listed by prefix, in pages', async () => {
  for (const name of ['list-c', 'list-a', 'list-b']) await sqs.create(name);
  const list = (input: object) => sqs.client.send(new ListQueuesCommand({ QueueNamePrefix: 'list-', ...input }));
  const names = (urls: string[] = []) => urls.map((url) => url.split('/').at(-1));
  expect(names((await list({})).QueueUrls)).toEqual(['list-a', 'list-b', 'list-c']);
  const first = await list({ MaxResults: 2 });
  expect(names(first.QueueUrls)).toEqual(['list-a', 'list-b']);
  const second = await list({ MaxResults: 2, NextToken: first.NextToken });
  expect([names(second.QueueUrls), second.NextToken]).toEqual([['list-c'], undefined]);
});

test('the queues that use a dead-letter queue are listed', async () => {
  const dead = await sqs.create('listed-dead');
  const url = await sqs.create('listed-source', redrive('listed-dead'));
  const { queueUrls } = await sqs.client.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
  expect(queueUrls).toEqual([url]);
});

test('tags are kept, added to and removed', async () => {
  const { QueueUrl } = await sqs.client.send(new CreateQueueCommand({ QueueName: 'tagged', tags: { a: '1', b: '2' } }));
  await sqs.client.send(new TagQueueCommand({ QueueUrl, Tags: { b: '3', c: '4' } }));
  await sqs.client.send(new UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }));
  expect((await sqs.client.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '3', c: '4' });
});

test('a deleted queue is gone, and its name free again after a minute', async () => {
  const url = await sqs.create('deleted');
  await sqs.send(url, 'm');
  const polling = sqs.receive(await sqs.create('deleted-polled'), { wait: 5 });
  await sqs.client.send(new DeleteQueueCommand({ QueueUrl: url.replace('deleted', 'deleted-polled') }));
  expect(await polling).toEqual([]);
  await sqs.client.send(new DeleteQueueCommand({ QueueUrl: url }));
  await expect(sqs.receive(url)).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  await expect(sqs.create('deleted')).rejects.toMatchObject({ name: 'QueueDeletedRecently' });
  sqs.pass(61_000);
  await sqs.create('deleted');
  expect(await sqs.receive(url)).toEqual([]);
});

test('an operation or a parameter that is not known is refused by name', async () => {
  const ask = async (target: string, body: string) => {
    const request = { method: 'POST', path: '/', query: new URLSearchParams(), body: Buffer.from(body) };
    const answer = await sqs.queues().service({ ...request, headers: { 'x-amz-target': target } });
    return [answer.status, answer.headers?.['x-amzn-query-error'], JSON.parse(String(answer.body)).message];
  };
  expect(await ask('AmazonSQS.AddPermission', '{}')).toEqual([
    400,
    'InvalidAction;Sender',
    expect.stringContaining('AddPermission'),
  ]);
  expect(await ask('AmazonSQS.toString', '{}')).toEqual([
    400,
    'InvalidAction;Sender',
    expect.stringContaining('toString'),
  ]);
  expect(await ask('AmazonSQS.GetQueueUrl', '{"QueueName":"found","Mood":1}')).toEqual([
    400,
    'InvalidParameterValue;Sender',
    expect.stringContaining('Mood'),
  ]);
  expect(await ask('AmazonSQS.GetQueueUrl', '{}')).toEqual([
    400,
    'MissingParameter;Sender',
    expect.stringContaining('QueueName'),
  ]);
  expect(await ask('AmazonSQS.GetQueueUrl', '{')).toEqual([400, 'SerializationException;Sender', expect.any(String)]);
});

test('the wiring may create a queue again with other attributes, and its messages stay', async () => {
  const queues = sqs.queues();
  const { url, arn } = queues.create('wired', { VisibilityTimeout: '5' });
  await queues.send('wired', 'kept');
  expect(queues.create('wired', { DelaySeconds: '1' })).toEqual({ name: 'wired', url, arn });
  expect(queues.attributes('wired')).toMatchObject({
    DelaySeconds: '1',
    VisibilityTimeout: '30',
    ApproximateNumberOfMessages: '1',
  });
  expect(bodies(await sqs.receive(url))).toEqual(['kept']);
});
