import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DeleteParameterCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
  type PutParameterCommandInput,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEndpoint, type Endpoint } from '../endpoint.ts';
import { openParameters, type Parameters } from './parameters.ts';

let dir: string;
let parameters: Parameters;
let endpoint: Endpoint;
let ssm: SSMClient;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ssm-'));
  await start();
});
afterEach(async () => {
  await stop();
  rmSync(dir, { recursive: true, force: true });
});

async function start() {
  parameters = await openParameters({ file: join(dir, 'parameters.json') });
  endpoint = await startEndpoint({ port: 0, services: { ssm: parameters.service } });
  ssm = new SSMClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
}

async function stop() {
  ssm.destroy();
  await endpoint.stop();
}

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', ...more }));
const get = async (Name: string, WithDecryption = false) =>
  (await ssm.send(new GetParameterCommand({ Name, WithDecryption }))).Parameter;

test('a parameter is written, read, overwritten and deleted', async () => {
  expect(await put('/app/token', 'a')).toMatchObject({ Version: 1, Tier: 'Standard' });
  await expect(put('/app/token', 'b')).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect((await put('/app/token', 'b', { Overwrite: true })).Version).toBe(2);
  expect(await get('/app/token')).toMatchObject({
    Name: '/app/token',
    Type: 'String',
    Value: 'b',
    Version: 2,
    ARN: 'arn:aws:ssm:us-east-1:000000000000:parameter/app/token',
    LastModifiedDate: expect.any(Date),
  });
  expect((await get('/app/token:2'))?.Value).toBe('b');
  await ssm.send(new DeleteParameterCommand({ Name: '/app/token' }));
  await expect(get('/app/token')).rejects.toMatchObject({ name: 'ParameterNotFound' });
  await expect(ssm.send(new DeleteParameterCommand({ Name: '/app/token' }))).rejects.toMatchObject({
    name: 'ParameterNotFound',
  });
});

test('a secure string is readable only when decrypted', async () => {
  await put('secret', 'geheim', { Type: 'SecureString' });
  expect((await get('secret'))?.Value).not.toContain('geheim');
  expect((await get('secret', true))?.Value).toBe('geheim');
});

test('several are read at once, and the missing ones named', async () => {
  await put('a', '1');
  const answer = await ssm.send(new GetParametersCommand({ Names: ['a', 'b'] }));
  expect(answer.Parameters?.map(({ Value }) => Value)).toEqual(['1']);
  expect(answer.InvalidParameters).toEqual(['b']);
});

test('a path is read page by page, with or without what is deeper', async () => {
  for (const name of ['/p/c', '/p/a', '/p/b', '/p/deep/d', '/pq/x']) await put(name, name);
  const read = async (more: object) => {
    const { Parameters = [], NextToken } = await ssm.send(new GetParametersByPathCommand({ Path: '/p', ...more }));
    return { names: Parameters.map(({ Name }) => Name), NextToken };
  };
  const first = await read({ MaxResults: 2 });
  expect(first.names).toEqual(['/p/a', '/p/b']);
  expect(await read({ NextToken: first.NextToken })).toEqual({ names: ['/p/c'], NextToken: undefined });
  expect((await read({ Recursive: true })).names).toEqual(['/p/a', '/p/b', '/p/c', '/p/deep/d']);
});

test('what was written is there after a restart, and no half file is', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => put(`n${i}`, String(i))));
  await stop();
  await start();
  expect((await get('n19'))?.Value).toBe('19');
  expect(readdirSync(dir)).toEqual(['parameters.json']);
});

test('the template may put a parameter again without a new version', async () => {
  await parameters.put('a', '1', 'String');
  await parameters.put('a', '1', 'String');
  expect((await get('a'))?.Version).toBe(1);
  await parameters.put('a', '2', 'String');
  expect(await get('a')).toMatchObject({ Value: '2', Version: 2 });
});

test.each([
  ['no type for a new one', { Type: undefined }, 'type is required'],
  ['a value above 4 KB', { Value: 'x'.repeat(4097) }, '4096'],
  ['a name with a space', { Name: 'a b' }, 'Name'],
  ['what is not emulated', { AllowedPattern: 'x' }, 'AllowedPattern'],
])('%s is refused by name', async (_name, changes, message) => {
  await expect(put('a', '1', changes as object)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
});

test('an operation that is not emulated says so', async () => {
  await expect(ssm.send(new DescribeParametersCommand())).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('DescribeParameters'),
  });
});
