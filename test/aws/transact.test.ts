import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetCommand, type DynamoDBDocumentClient, type TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transact, type Write } from '../../src/aws/transact.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());

const quick = { attempts: 8, pause: () => Promise.resolve() };
const put = (pk: string): Write => ({
  Put: { TableName: world.names.downloads, Item: { pk, n: 1 }, ConditionExpression: 'attribute_not_exists(pk)' },
});

/** The engine here never conflicts, AWS's does: the first tries are cancelled on their way. */
function conflicting(times: number, codes: string[], tokens: (string | undefined)[] = []): DynamoDBDocumentClient {
  let left = times;
  const send = (command: TransactWriteCommand) => {
    tokens.push(command.input.ClientRequestToken);
    left -= 1;
    if (left < 0) return world.db.send(command);
    const CancellationReasons = codes.map((Code) => ({ Code }));
    return Promise.reject(
      new TransactionCanceledException({ message: 'cancelled', $metadata: {}, CancellationReasons }),
    );
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

test('conflicts are retried with the same token until they pass', async () => {
  const tokens: (string | undefined)[] = [];
  const db = conflicting(7, ['TransactionConflict', 'None'], tokens);
  expect(await transact(db, [put('a1')], 'token-a1', quick)).toEqual({ committed: true });
  expect(tokens).toEqual(Array.from({ length: 8 }, () => 'token-a1'));
});

test('a conflict that lasts is an error, never a false condition', async () => {
  await expect(transact(conflicting(8, ['TransactionConflict']), [put('a2')], 'token-a2', quick)).rejects.toThrow(
    TransactionCanceledException,
  );
});

test('a false condition is an answer at once, naming the write', async () => {
  await transact(world.db, [put('a3')], 'token-a3', quick);
  const outcome = await transact(world.db, [put('a4'), put('a3')], 'token-a4', quick);
  expect(outcome).toEqual({ committed: false, failed: new Map([[1, undefined]]) });
  const { Item } = await world.db.send(new GetCommand({ TableName: world.names.downloads, Key: { pk: 'a4' } }));
  expect(Item).toBeUndefined();
});

test('a false condition among conflicts is a false condition', async () => {
  const outcome = await transact(
    conflicting(1, ['TransactionConflict', 'ConditionalCheckFailed']),
    [put('a5')],
    't',
    quick,
  );
  expect(outcome).toMatchObject({ committed: false });
});

test('other errors pass untouched', async () => {
  const broken = { send: () => Promise.reject(new Error('no network')) } as unknown as DynamoDBDocumentClient;
  await expect(transact(broken, [put('a6')], 'token-a6', quick)).rejects.toThrow('no network');
});

test('a token whose first answer was lost does not apply the writes twice', async () => {
  const add: Write = {
    Update: {
      TableName: world.names.downloads,
      Key: { pk: 'a7' },
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': 1 },
    },
  };
  await transact(world.db, [add], 'token-a7', quick);
  await transact(world.db, [add], 'token-a7', quick);
  const { Item } = await world.db.send(new GetCommand({ TableName: world.names.downloads, Key: { pk: 'a7' } }));
  expect(Item).toMatchObject({ n: 1 });
});
