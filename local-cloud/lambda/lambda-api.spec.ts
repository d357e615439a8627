import {
  GetFunctionCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEndpoint, type Endpoint } from '../endpoint.ts';
import { aLambdaWorld, type LambdaWorld } from './lambda-world.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:Echo';

let world: LambdaWorld;
let endpoint: Endpoint;
let lambda: LambdaClient;

beforeAll(async () => {
  world = aLambdaWorld({ accountConcurrency: 3 });
  world.deploy(
    `export const handler = async (input) => {
       console.log('ran ' + JSON.stringify(input));
       if (input.fail) throw new RangeError('no');
       if (input.ms) await new Promise((r) => setTimeout(r, input.ms));
       return { input };
     };`,
    { name: 'Echo' },
  );
  endpoint = await startEndpoint({ port: 0, services: { lambda: world.host.service } });
  lambda = new LambdaClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  lambda.destroy();
  await endpoint.stop();
  await world.end();
});

test.each(['Echo', ARN, '000000000000:function:Echo', `${ARN}:$LATEST`])('Invoke finds %s', async (FunctionName) => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload: Buffer.from('{"a":"ü"}') }));
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(answer.FunctionError).toBeUndefined();
  expect(JSON.parse(answer.Payload!.transformToString())).toEqual({ input: { a: 'ü' } });
});

test("a handler's error is a function error, not an error of the call", async () => {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: 'Echo', Payload: '{"fail":true}' }));
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(JSON.parse(answer.Payload!.transformToString())).toMatchObject({
    errorType: 'RangeError',
    errorMessage: 'no',
  });
});

test('Event is accepted at once and run afterwards', async () => {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: 'Echo', InvocationType: 'Event', Payload: '{"later":1}' }),
  );
  expect(answer.StatusCode).toBe(202);
  await vi.waitFor(() => expect(world.lines.join()).toContain('ran {"later":1}'), 30_000);
});

test('DryRun runs nothing', async () => {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName: 'Echo', InvocationType: 'DryRun', Payload: '{"dry":1}' }),
  );
  expect(answer.StatusCode).toBe(204);
  expect(world.lines.join()).not.toContain('dry');
});

test.each([
  ['an unknown function', { FunctionName: 'Nobody' }, 'ResourceNotFoundException'],
  ['another version', { FunctionName: 'Echo', Qualifier: '1' }, 'ResourceNotFoundException'],
  ['another account', { FunctionName: ARN.replace('000000000000', '111111111111') }, 'ResourceNotFoundException'],
  ['what is no JSON', { FunctionName: 'Echo', Payload: '{' }, 'InvalidRequestContentException'],
  ['more than 6 MB', { FunctionName: 'Echo', Payload: `"${'x'.repeat(6291456)}"` }, 'RequestTooLargeException'],
  [
    'more than 1 MB asynchronously',
    { FunctionName: 'Echo', InvocationType: 'Event' as const, Payload: `"${'x'.repeat(1048576)}"` },
    'RequestTooLargeException',
  ],
  ['a client context', { FunctionName: 'Echo', ClientContext: 'e30=' }, 'InvalidParameterValueException'],
  ['logs', { FunctionName: 'Echo', LogType: 'Tail' as const }, 'InvalidParameterValueException'],
])('%s is refused by name', async (_name, input, name) => {
  await expect(lambda.send(new InvokeCommand(input))).rejects.toMatchObject({ name });
});

test('too many at once are throttled by name', async () => {
  const invoke = () => lambda.send(new InvokeCommand({ FunctionName: 'Echo', Payload: '{"ms":500}' }));
  const answers = await Promise.allSettled([invoke(), invoke(), invoke(), invoke()]);
  const refused = answers.filter((answer) => answer.status === 'rejected');
  expect(refused).toHaveLength(1);
  expect(refused[0]!.reason).toMatchObject({
    name: 'TooManyRequestsException',
    Reason: 'ConcurrentInvocationLimitExceeded',
  });
});

test('a function can be looked up and listed', async () => {
  const found = await lambda.send(new GetFunctionCommand({ FunctionName: 'Echo' }));
  expect(found.Configuration).toMatchObject({
    FunctionArn: ARN,
    Handler: 'index.handler',
    MemorySize: 256,
    Timeout: 5,
  });
  const { Functions } = await lambda.send(new ListFunctionsCommand());
  expect(Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['Echo']);
});

test('an operation that is not emulated says so', async () => {
  const call = lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: 'Echo' }));
  await expect(call).rejects.toMatchObject({
    name: 'NotImplemented',
    message: expect.stringContaining('response-streaming'),
  });
});
