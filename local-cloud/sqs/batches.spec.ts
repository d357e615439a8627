import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodies, counts, type SqsWorld, sqsWorld } from './sqs-world.ts';

let sqs: SqsWorld;
beforeAll(async () => void (sqs = await sqsWorld()));
afterAll(() => sqs.stop());

const sendAll = (QueueUrl: string, Entries: SendMessageBatchRequestEntry[]) =>
  sqs.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
const entries = (count: number, body = 'm') =>
  Array.from({ length: count }, (_, n) => ({ Id: `id-${n}`, MessageBody: `${body}${n}` }));

test('a batch is sent, received and deleted', async () => {
  const url = await sqs.create('batch');
  const { Successful, Failed } = await sendAll(url, entries(10));
  expect([Successful!.length, Failed]).toEqual([10, undefined]);
  const messages = await sqs.receive(url);
  expect(bodies(messages).toSorted()).toEqual(entries(10).map(({ MessageBody }) => MessageBody));
  const Entries = messages.map(({ ReceiptHandle }, n) => ({ Id: `${n}`, ReceiptHandle }));
  const deleted = await sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  expect(deleted.Successful).toHaveLength(10);
  expect(await sqs.attributes(url)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
});

test('a waiting receiver gets a batch together', async () => {
  const url = await sqs.create('together');
  const polling = sqs.receive(url, { wait: 5 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sendAll(url, entries(5));
  expect(await polling).toHaveLength(5);
});

test('each entry that is wrong fails by itself, with its reason', async () => {
  const url = await sqs.create('partial');
  const { Successful, Failed } = await sendAll(url, [
    { Id: 'good', MessageBody: 'good' },
    { Id: 'bad-character', MessageBody: '\u0001' },
    { Id: 'bad-delay', MessageBody: 'm', DelaySeconds: 901 },
    { Id: 'bad-attribute', MessageBody: 'm', MessageAttributes: { a: { DataType: 'Nope', StringValue: 'x' } } },
    { Id: 'also-good', MessageBody: 'also good' },
  ]);
  expect(Successful!.map(({ Id }) => Id)).toEqual(['good', 'also-good']);
  expect(Failed!.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault])).toEqual([
    ['bad-character', 'InvalidMessageContents', true],
    ['bad-delay', 'InvalidParameterValue', true],
    ['bad-attribute', 'InvalidParameterValue', true],
  ]);
  expect(bodies(await sqs.receive(url))).toEqual(['good', 'also good']);
});

test('receipts in a batch fail by themselves as well', async () => {
  const url = await sqs.create('partial-receipts');
  await sqs.send(url, 'm');
  const [message] = await sqs.receive(url);
  const Entries = [
    { Id: 'good', ReceiptHandle: message!.ReceiptHandle },
    { Id: 'bad', ReceiptHandle: 'nonsense' },
  ];
  const visible = Entries.map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
  const tooLong = { Id: 'too-long', ReceiptHandle: message!.ReceiptHandle, VisibilityTimeout: 43_201 };
  const changed = await sqs.client.send(
    new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: [...visible, tooLong] }),
  );
  expect([changed.Successful!.map(({ Id }) => Id), changed.Failed!.map(({ Id, Code }) => [Id, Code])]).toEqual([
    ['good'],
    [
      ['bad', 'ReceiptHandleIsInvalid'],
      ['too-long', 'InvalidParameterValue'],
    ],
  ]);
  const [again] = await sqs.receive(url);
  expect(counts([again!])).toEqual(['2']);
  Entries[0]!.ReceiptHandle = again!.ReceiptHandle;
  const deleted = await sqs.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  expect([deleted.Successful!.map(({ Id }) => Id), deleted.Failed!.map(({ Id }) => Id)]).toEqual([['good'], ['bad']]);
});

test.each([
  ['no entries', [], 'EmptyBatchRequest'],
  ['eleven entries', entries(11), 'TooManyEntriesInBatchRequest'],
  ['an id twice', [...entries(1), ...entries(1)], 'BatchEntryIdsNotDistinct'],
  ['an id with a blank', [{ Id: 'a b', MessageBody: 'm' }], 'InvalidBatchEntryId'],
  ['more than 1 MiB in all', entries(3, 'x'.repeat(349_526)), 'BatchRequestTooLong'],
])('a batch with %s is refused whole', async (_, batch, name) => {
  const url = await sqs.create('whole');
  await expect(sendAll(url, batch)).rejects.toMatchObject({ name });
  expect(await sqs.receive(url)).toEqual([]);
});
