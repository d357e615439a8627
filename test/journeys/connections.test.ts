import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { client } from '../support/client.ts';
import { eventually, handshakeStatus, listen, type Listener, type Message } from '../support/listeners.ts';
import {
  countConnections,
  listenAsInTheSeed,
  NOBODY,
  SEED_EXAMPLE,
  untilCounted,
} from '../support/seed-connections.ts';
import { aStack, deployedUrl, type TestStack } from '../support/stack.ts';
import { documentClient } from '../support/tables.ts';

/** Counts of a deployment are not this test's alone. */
const here = { skip: deployedUrl !== undefined, timeout: 90_000 };
let stack: TestStack;
let open: Listener[] = [];
beforeAll(async () => {
  stack = await aStack();
});
afterEach(async () => {
  for (const listener of open) listener.close();
  open = [];
  await untilCounted(stack.appUrl, NOBODY, 60_000);
});
afterAll(() => stack?.stop());

async function join(path: string): Promise<Listener> {
  const listener = await listen(stack.appUrl, path);
  open.push(listener);
  return listener;
}

test("the seed's example is answered exactly, and is right again when half of them have vanished", here, async () => {
  // Where it comes from does not matter to who listens.
  const { ws } = await client(stack.appUrl).request('http://127.0.0.1:9/clip.mp4');
  open = await listenAsInTheSeed(stack.appUrl, ws);
  await untilCounted(stack.appUrl, SEED_EXAMPLE);
  expect(await countConnections(stack.appUrl)).toEqual(SEED_EXAMPLE);

  for (const listener of open.filter((_, n) => n % 2 === 0)) listener.close();
  const half = { download: 2, queue: 2, stats: 1, general: 0, dashboard: 4 };
  const counts = Object.entries(half).map(([kind, count]) => [`${kind}_connections`, count]);
  await untilCounted(stack.appUrl, { ...Object.fromEntries(counts), total: 9 }, 60_000);
});

/** The id of the one connection that is open. */
async function onlyConnection(awsUrl: string): Promise<string> {
  const db = documentClient(awsUrl);
  const { TableNames = [] } = await db.send(new ListTablesCommand({}));
  const { Items = [] } = await db.send(
    new ScanCommand({
      TableName: TableNames.find((name) => /connections/i.test(name)),
      FilterExpression: 'sk = :record',
      ExpressionAttributeValues: { ':record': 'connection' },
    }),
  );
  expect(Items).toHaveLength(1);
  return String(Items[0]!['connection_id']);
}

test('a goodbye that comes twice, and one of nobody, change nothing', here, async () => {
  await join('/ws/general');
  await untilCounted(stack.appUrl, { ...NOBODY, general_connections: 1, total: 1 });
  const { awsUrl, workers } = stack.local!;
  const { functionName } = workers().find(({ functionName }) => /connections/i.test(functionName))!;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const lambda = new LambdaClient({ endpoint: awsUrl, region: 'us-east-1', credentials });
  const id = await onlyConnection(awsUrl);
  for (const connectionId of [id, id, 'nobody=']) {
    const Payload = JSON.stringify({ requestContext: { eventType: 'DISCONNECT', connectionId } });
    const said = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
    expect(said.FunctionError).toBeUndefined();
    expect(await countConnections(stack.appUrl)).toEqual(NOBODY);
  }
});

test('people are told how many they are, each counted once however many pages they have open', here, async () => {
  const told = (listener: Listener, users_online: number, connections: number, after = 0) =>
    listener.until((message: Message) => {
      const isNew = listener.heard.indexOf(message) >= after;
      return isNew && JSON.stringify(message['data']) === JSON.stringify({ users_online, connections });
    });
  const ana = await join('/ws/eventos?client=ana');
  await told(ana, 1, 1);
  const again = await join('/ws/dashboard?client=ana');
  await told(ana, 1, 2);
  const bia = await join('/ws/eventos?client=bia');
  await Promise.all([ana, bia].map((one) => told(one, 2, 3)));
  again.close();
  await told(bia, 2, 2);
  const before = ana.heard.length;
  bia.close();
  await told(ana, 1, 1, before);
});

test('an address has 50 connections open and is refused one more, until one of them goes', here, async () => {
  await Promise.all(Array.from({ length: 50 }, () => join('/ws/general')));
  await untilCounted(stack.appUrl, { ...NOBODY, general_connections: 50, total: 50 });
  expect(await handshakeStatus(stack.appUrl, '/ws/general')).toBe(429);
  open[0]!.close();
  await eventually(async () => ((await handshakeStatus(stack.appUrl, '/ws/general')) === 101 ? true : undefined));
});
