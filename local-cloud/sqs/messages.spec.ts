import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PurgeQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodies, counts, type SqsWorld, sqsWorld } from './sqs-world.ts';

let sqs: SqsWorld;
beforeAll(async () => void (sqs = await sqsWorld()));
afterAll(() => sqs.stop());

test('a message comes back as it was sent, with its attributes, its count and the right MD5s', async () => {
  const url = await sqs.create('round-trip');
  const sent = await sqs.send(url, 'héllo ✓', {
    MessageAttributes: {
      text: { DataType: 'String', StringValue: '1' },
      number: { DataType: 'Number.int', StringValue: '-42.5e3' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.from([0, 255, 7]) },
    },
  });
  expect(sent.MD5OfMessageBody).toBe(createHash('md5').update('héllo ✓').digest('hex'));
  // The same three attributes give this MD5 on AWS's algorithm, whatever order they are sent in.
  expect(sent.MD5OfMessageAttributes).toBe(expectedMd5());
  const [message] = await sqs.receive(url, { wait: 1 });
  expect(message).toMatchObject({
    MessageId: sent.MessageId,
    Body: 'héllo ✓',
    MD5OfBody: sent.MD5OfMessageBody,
    MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    Attributes: {
      ApproximateReceiveCount: '1',
      SenderId: '000000000000',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
    },
    MessageAttributes: {
      text: { DataType: 'String', StringValue: '1' },
      number: { DataType: 'Number.int', StringValue: '-42.5e3' },
    },
  });
  expect([...message!.MessageAttributes!['bytes']!.BinaryValue!]).toEqual([0, 255, 7]);
});

function expectedMd5(): string {
  const sized = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const one = (name: string, type: string, kind: number, value: Buffer) =>
    Buffer.concat([sized(Buffer.from(name)), sized(Buffer.from(type)), Buffer.from([kind]), sized(value)]);
  return createHash('md5')
    .update(one('bytes', 'Binary', 2, Buffer.from([0, 255, 7])))
    .update(one('number', 'Number.int', 1, Buffer.from('-42.5e3')))
    .update(one('text', 'String', 1, Buffer.from('1')))
    .digest('hex');
}

test('a receiver gets only the attributes it asks for, by the new and the old parameter', async () => {
  const url = await sqs.create('selective', { VisibilityTimeout: '0' });
  const value = { DataType: 'String', StringValue: 'v' };
  await sqs.send(url, 'm', { MessageAttributes: { 'app.a': value, 'app.b': value, other: value } });
  const receive = async (wanted: object) =>
    (await sqs.client.send(new ReceiveMessageCommand({ QueueUrl: url, ...wanted }))).Messages![0]!;
  const plain = await receive({});
  expect([plain.Attributes, plain.MessageAttributes]).toEqual([undefined, undefined]);
  const some = await receive({ MessageSystemAttributeNames: ['SentTimestamp'], MessageAttributeNames: ['app.*'] });
  expect(Object.keys(some.Attributes!)).toEqual(['SentTimestamp']);
  expect(Object.keys(some.MessageAttributes!)).toEqual(['app.a', 'app.b']);
  const legacy = await receive({ AttributeNames: ['ApproximateReceiveCount'], MessageAttributeNames: ['other'] });
  expect(legacy.Attributes).toEqual({ ApproximateReceiveCount: '3' });
  expect(Object.keys(legacy.MessageAttributes!)).toEqual(['other']);
  await expect(receive({ AttributeNames: ['Nonsense'] })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
});

test('a changed visibility counts, not the queue’s', async () => {
  const url = await sqs.create('visibility', { VisibilityTimeout: '1' });
  await sqs.send(url, 'm');
  const [message] = await sqs.receive(url);
  await sqs.hide(url, message!, 2);
  sqs.pass(1200);
  expect(await sqs.receive(url)).toEqual([]);
  sqs.pass(1000);
  expect(counts(await sqs.receive(url))).toEqual(['2']);
});

test('a visibility of zero gives the message back at once', async () => {
  const url = await sqs.create('give-back');
  await sqs.send(url, 'm');
  const [message] = await sqs.receive(url);
  await sqs.hide(url, message!, 0);
  expect(counts(await sqs.receive(url))).toEqual(['2']);
});

test('a delayed message shows up after its delay, its own or the queue’s', async () => {
  const url = await sqs.create('delayed', { DelaySeconds: '5' });
  await sqs.send(url, 'own', { DelaySeconds: 2 });
  await sqs.send(url, 'queue');
  await sqs.send(url, 'none', { DelaySeconds: 0 });
  expect(bodies(await sqs.receive(url))).toEqual(['none']);
  sqs.pass(2100);
  expect(bodies(await sqs.receive(url))).toEqual(['own']);
  sqs.pass(3000);
  expect(bodies(await sqs.receive(url))).toEqual(['queue']);
});

test('a message is gone after the retention period', async () => {
  const url = await sqs.create('retention', { MessageRetentionPeriod: '60', VisibilityTimeout: '600' });
  await sqs.send(url, 'in flight');
  await sqs.receive(url);
  await sqs.send(url, 'waiting');
  sqs.pass(61_000);
  expect(await sqs.receive(url)).toEqual([]);
  expect(await sqs.attributes(url)).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
});

test('only the newest receipt deletes; an older one does nothing, a foreign or malformed one is refused', async () => {
  const url = await sqs.create('receipts', { VisibilityTimeout: '1' });
  const other = await sqs.create('other-receipts');
  await sqs.send(url, 'm');
  const [first] = await sqs.receive(url);
  sqs.pass(1100);
  const [second] = await sqs.receive(url);
  await sqs.delete(url, first!);
  sqs.pass(1100);
  expect(counts(await sqs.receive(url))).toEqual(['3']);
  await expect(sqs.delete(other, second!)).rejects.toMatchObject({ name: 'ReceiptHandleIsInvalid' });
  await expect(sqs.delete(url, { ReceiptHandle: 'nonsense' })).rejects.toMatchObject({
    name: 'ReceiptHandleIsInvalid',
  });
});

test('visibility cannot be changed once the message is visible or deleted, nor beyond twelve hours in all', async () => {
  const url = await sqs.create('visible');
  await sqs.send(url, 'm');
  const [message] = await sqs.receive(url);
  sqs.pass(10_000);
  await expect(sqs.hide(url, message!, 43_200)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  sqs.pass(25_000);
  await expect(sqs.hide(url, message!, 5)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  await sqs.delete(url, message!);
  await expect(sqs.hide(url, message!, 5)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
});

test('purging empties the queue, and can be asked for once a minute', async () => {
  const url = await sqs.create('purged');
  await sqs.send(url, 'in flight');
  await sqs.receive(url);
  await sqs.send(url, 'waiting');
  await sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
  sqs.pass(31_000);
  expect(await sqs.receive(url)).toEqual([]);
  const again = () => sqs.client.send(new PurgeQueueCommand({ QueueUrl: url }));
  await expect(again()).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
  sqs.pass(30_000);
  await again();
});

test.each([
  ['an empty body', { MessageBody: '' }, 'MissingParameter'],
  ['a character XML does not have', { MessageBody: 'a\u0000b' }, 'InvalidMessageContents'],
  ['half a surrogate pair', { MessageBody: '\uD800' }, 'InvalidMessageContents'],
  ['a delay above 900 s', { MessageBody: 'm', DelaySeconds: 901 }, 'InvalidParameterValue'],
  [
    'a deduplication id, on a standard queue',
    { MessageBody: 'm', MessageDeduplicationId: 'd' },
    'InvalidParameterValue',
  ],
  ['an unknown attribute type', attribute({ DataType: 'Date', StringValue: 'x' }), 'InvalidParameterValue'],
  ['a number that is none', attribute({ DataType: 'Number', StringValue: 'x' }), 'InvalidParameterValue'],
  ['an attribute without a value', attribute({ DataType: 'String' }), 'InvalidParameterValue'],
  [
    'an attribute name of AWS’s own',
    attribute({ DataType: 'String', StringValue: 'x' }, 'AWS.x'),
    'InvalidParameterValue',
  ],
])('%s is refused', async (_, message, name) => {
  const url = await sqs.create('strict');
  await expect(sqs.client.send(new SendMessageCommand({ QueueUrl: url, ...message }))).rejects.toMatchObject({ name });
});
function attribute(value: { DataType: string; StringValue?: string }, name = 'a') {
  return { MessageBody: 'm', MessageAttributes: { [name]: value } };
}

test('a message may be as large as the queue allows, attributes included, and no larger', async () => {
  const large = await sqs.create('large');
  await sqs.send(large, 'x'.repeat(1_048_576));
  expect((await sqs.receive(large))[0]!.Body).toHaveLength(1_048_576);
  await expect(sqs.send(large, 'x'.repeat(1_048_577))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  const small = await sqs.create('small', { MaximumMessageSize: '1024' });
  const MessageAttributes = { a: { DataType: 'String', StringValue: 'v' } };
  await sqs.send(small, 'é'.repeat(508), { MessageAttributes });
  await expect(sqs.send(small, 'é'.repeat(509), { MessageAttributes })).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  });
});

test('a long poll is woken by a send, by the end of a delay and by the end of a visibility timeout', async () => {
  const url = await sqs.create('woken', { VisibilityTimeout: '1' });
  const timed = async (action: () => Promise<unknown>) => {
    const begin = Date.now();
    const polling = sqs.receive(url, { wait: 5 });
    await sleep(50);
    await action();
    return { messages: await polling, ms: Date.now() - begin };
  };
  const sent = await timed(() => sqs.send(url, 'a'));
  expect(bodies(sent.messages)).toEqual(['a']);
  expect(sent.ms).toBeLessThan(4500);
  const visible = await timed(async () => {});
  expect(counts(visible.messages)).toEqual(['2']);
  await sqs.delete(url, visible.messages[0]!);
  const delayed = await timed(() => sqs.send(url, 'b', { DelaySeconds: 1 }));
  expect(bodies(delayed.messages)).toEqual(['b']);
  expect(delayed.ms).toBeGreaterThanOrEqual(1000);
  expect(delayed.ms).toBeLessThan(4500);
});

test('a long poll whose client has gone receives nothing', async () => {
  const url = await sqs.create('aborted');
  const gone = new AbortController();
  const polling = sqs.client.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 }), {
    abortSignal: gone.signal,
  });
  await sleep(100);
  gone.abort();
  await expect(polling).rejects.toThrow();
  await sleep(50);
  await sqs.send(url, 'kept');
  expect(counts(await sqs.receive(url))).toEqual(['1']);
});

test('long polls are served in the order they came', async () => {
  const url = await sqs.create('fair');
  const answers: string[] = [];
  const poll = async (name: string) =>
    answers.push(`${name} ${bodies(await sqs.receive(url, { max: 1, wait: 5 })).join()}`);
  const first = poll('first');
  await sleep(30);
  const second = poll('second');
  await sleep(30);
  await sqs.send(url, 'a');
  await first;
  await sqs.send(url, 'b');
  await second;
  expect(answers).toEqual(['first a', 'second b']);
});

test('100,000 waiting messages do not slow down a receive', async () => {
  const url = await sqs.create('deep');
  for (let n = 0; n < 100_000; n += 1)
    await sqs.queues().send('deep', `message ${n}`, { delaySeconds: n % 2 === 0 ? 0 : 900 });
  const begin = performance.now();
  for (let n = 0; n < 100; n += 1) {
    const [message] = await sqs.queues().receive('deep', { max: 1, waitMs: 0 });
    await sqs.queues().delete('deep', message!.receiptHandle);
  }
  expect(performance.now() - begin).toBeLessThan(2_000);
  expect(await sqs.attributes(url)).toMatchObject({
    ApproximateNumberOfMessages: '49900',
    ApproximateNumberOfMessagesDelayed: '50000',
  });
});
