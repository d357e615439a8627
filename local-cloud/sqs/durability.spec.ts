import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bodies, counts, type SqsWorld, sqsWorld } from './sqs-world.ts';

const SERVER = `
  import { startEndpoint } from './local-cloud/endpoint.ts';
  import { openQueues } from './local-cloud/sqs/queues.ts';
  let url = '';
  const queues = await openQueues({ dir: process.env.QUEUE_DIR, url: () => url });
  const { arn } = queues.create('dead', {});
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
  queues.create('work', { VisibilityTimeout: '600' });
  queues.create('poison', { VisibilityTimeout: '0', RedrivePolicy });
  const endpoint = await startEndpoint({ port: 0, services: { sqs: queues.service } });
  url = endpoint.url;
  console.log(url);
`;
type Server = { client: SQSClient; kill(): Promise<void> };

let dir: string;
let world: SqsWorld;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sqs-durability-'));
  world = await sqsWorld();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await world.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function startServer(): Promise<Server> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', SERVER], {
    env: { ...process.env, QUEUE_DIR: dir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SQSClient({ endpoint: String(line).trim(), region: 'us-east-1', credentials, maxAttempts: 1 });
  return {
    client,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
      client.destroy();
    },
  };
}
const urlOf = async ({ client }: Server, QueueName: string) =>
  (await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl;
async function receiveAll({ client }: Server, QueueUrl: string | undefined) {
  const all = [];
  const ask = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] });
  for (;;) {
    const { Messages = [] } = await client.send(ask);
    if (Messages.length === 0) return all;
    all.push(...Messages);
  }
}

test('every message that was acknowledged survives a kill in the middle of sending', async () => {
  const server = await startServer();
  const url = await urlOf(server, 'work');
  const acknowledged: string[] = [];
  const senders = Array.from({ length: 8 }, async (_, sender) => {
    for (let n = 0; ; n += 1) {
      const body = `${sender}-${n} ${'x'.repeat(500)}`;
      await server.client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
      acknowledged.push(body);
      if (acknowledged.length === 300) server.kill().catch(() => {});
    }
  });
  await Promise.allSettled(senders);
  expect(acknowledged.length).toBeGreaterThanOrEqual(300);
  const again = await startServer();
  const found = new Set(bodies(await receiveAll(again, await urlOf(again, 'work'))));
  expect(acknowledged.filter((body) => !found.has(body))).toEqual([]);
});

test('deletes, counts and dead letters survive a kill; what was in flight is visible again', async () => {
  const server = await startServer();
  const [work, poison] = [await urlOf(server, 'work'), await urlOf(server, 'poison')];
  for (const body of ['deleted', 'in flight'])
    await server.client.send(new SendMessageCommand({ QueueUrl: work, MessageBody: body }));
  const [first] = await receiveAll(server, work);
  await server.client.send(new DeleteMessageCommand({ QueueUrl: work, ReceiptHandle: first!.ReceiptHandle }));
  await server.client.send(new SendMessageCommand({ QueueUrl: poison, MessageBody: 'dead' }));
  expect(bodies(await receiveAll(server, poison))).toEqual(['dead']);
  await server.kill();
  const again = await startServer();
  const messages = await receiveAll(again, await urlOf(again, 'work'));
  expect([bodies(messages), counts(messages)]).toEqual([['in flight'], ['2']]);
  expect(await receiveAll(again, await urlOf(again, 'poison'))).toEqual([]);
  expect(bodies(await receiveAll(again, await urlOf(again, 'dead')))).toEqual(['dead']);
});

const journals = () => readdirSync(world.dir).map((name) => join(world.dir, name));

test('a line cut off in the middle is forgotten, and nothing else', async () => {
  const url = await world.create('torn');
  await world.send(url, 'whole');
  await world.queues().stop();
  appendFileSync(journals()[0]!, '{"type":"sent","seq":2,"body":"hal');
  await world.reopen();
  await world.send(url, 'after');
  await world.reopen();
  expect(bodies(await world.receive(url))).toEqual(['whole', 'after']);
});

test('a queue whose creation was cut off does not exist', async () => {
  await world.create('unborn');
  await world.queues().stop();
  truncateSync(journals()[0]!, 10);
  await world.reopen();
  expect(await world.create('unborn')).toContain('unborn');
});

test('a journal stays about as large as what is in the queue, and compacting it loses nothing', async () => {
  const url = await world.create('busy', { VisibilityTimeout: '600' });
  const queues = world.queues();
  await queues.send('busy', 'kept from the start');
  await queues.receive('busy', { max: 1, waitMs: 0 });
  for (let n = 0; n < 3000; n += 1) {
    await queues.send('busy', 'x'.repeat(2000));
    const [message] = await queues.receive('busy', { max: 1, waitMs: 0 });
    await queues.delete('busy', message!.receiptHandle);
  }
  expect(statSync(journals()[0]!).size).toBeLessThan(2_500_000);
  await queues.send('busy', 'kept from the end', { delaySeconds: 1 });
  await world.reopen();
  world.pass(1000);
  const messages = await world.receive(url);
  expect([bodies(messages), counts(messages)]).toEqual([
    ['kept from the start', 'kept from the end'],
    ['2', '1'],
  ]);
});

test('attributes and tags set last are those after a restart', async () => {
  const url = await world.create('settings', { DelaySeconds: '1' });
  world.queues().create('settings', { DelaySeconds: '2' });
  await world.reopen();
  expect(await world.attributes(url)).toMatchObject({ DelaySeconds: '2' });
});

test('names that differ only in case are different queues', async () => {
  const [lower, upper] = [await world.create('case'), await world.create('CASE')];
  await world.send(upper, 'm');
  await world.reopen();
  expect(await world.receive(lower)).toEqual([]);
  expect(bodies(await world.receive(upper))).toEqual(['m']);
  const names = journals().map((path) => path.toLowerCase());
  expect(new Set(names).size).toBe(2);
});
