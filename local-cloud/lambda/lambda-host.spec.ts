import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { commandLine } from '../processes/process-table.ts';
import type { LambdaHost } from './lambda-host.ts';
import { FunctionNotFound, RequestTooLarge, TooManyRequests } from './lambda-refusals.ts';
import { aLambdaWorld, type LambdaWorld } from './lambda-world.ts';

const soon = { timeout: 30_000 };
let world: LambdaWorld;
let host: LambdaHost;

beforeEach(() => {
  world = aLambdaWorld();
  host = world.host;
});
afterEach(() => world.end());

const deploy: LambdaWorld['deploy'] = (...given) => world.deploy(...given);
const pids = () => host.workers().map(({ pid }) => pid);

async function call(code: string, input: unknown = {}, changes: Parameters<typeof deploy>[1] = {}) {
  const { payload, functionError } = await host.invoke(deploy(code, changes), JSON.stringify(input));
  return { result: JSON.parse(payload), functionError };
}

test('a handler gets its input and a context, and its result comes back', async () => {
  const { result } = await call(
    `export const handler = async (input, context) => ({ input, context, left: context.getRemainingTimeInMillis() });`,
    { a: 'ü' },
    { timeoutSeconds: 3 },
  );
  expect(result.input).toEqual({ a: 'ü' });
  expect(result.left).toBeGreaterThan(2000);
  expect(result.left).toBeLessThanOrEqual(3000);
  expect(result.context).toMatchObject({
    functionName: 'Fn',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:Fn',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/Fn',
    callbackWaitsForEmptyEventLoop: true,
  });
  expect(result.context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
});

test('a handler that returns nothing gives null', async () => {
  expect((await call(`export const handler = async () => {};`)).result).toBeNull();
});

test("the environment is the function's and Lambda's, never the host's", async () => {
  process.env['HOST_SECRET'] = 'x';
  const { result } = await call(`export const handler = async () => process.env;`, {}, { environment: { A: '1' } });
  delete process.env['HOST_SECRET'];
  expect(result).toMatchObject({
    A: '1',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_LAMBDA_FUNCTION_NAME: 'Fn',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    TZ: 'UTC',
  });
  expect(result._X_AMZN_TRACE_ID).toMatch(/^Root=1-/);
  const known = /^(A|AWS_\w+|LAMBDA_TASK_ROOT|_HANDLER|_X_AMZN_TRACE_ID|TZ|PATH|HOME|TMPDIR|LANG)$/;
  expect(Object.keys(result).filter((name) => !known.test(name))).toEqual([]);
});

test('a variable that Lambda reserves is refused by name', () => {
  expect(() => deploy('', { environment: { AWS_REGION: 'x' } })).toThrow('reserves the variables AWS_REGION');
});

test.each([
  ['CommonJS', 'index.cjs', `exports.handler = async () => 'ran';`],
  ['CommonJS in .js', 'index.js', `module.exports = { handler: async () => 'ran' };`],
  ['ESM', 'index.mjs', `export const handler = async () => 'ran';`],
])('%s code runs', async (_name, file, code) => {
  expect((await call(code, {}, { file })).result).toBe('ran');
});

test.each([
  ['a missing file', 'x', { handler: 'other.handler' }, 'Runtime.ImportModuleError'],
  ['a missing import', `import 'not-there'; export const handler = async () => 1;`, {}, 'Runtime.ImportModuleError'],
  ['a syntax error', `export const handler = async ( => 1;`, {}, 'Runtime.UserCodeSyntaxError'],
  ['a missing export', `export const other = 1;`, {}, 'Runtime.HandlerNotFound'],
  ['a handler outside the code', `x`, { handler: '../index.handler' }, 'Runtime.MalformedHandlerName'],
  ['a callback', `export const handler = (a, b, done) => done(null, 1);`, {}, 'Runtime.CallbackHandlerDeprecated'],
  ['a throw while loading', `throw new RangeError('no');`, {}, 'RangeError'],
  ['a top-level await that never settles', `await new Promise(() => {});`, {}, 'Runtime.ExitError'],
])('%s fails the invocation by its name', async (_name, code, changes, errorType) => {
  const { result, functionError } = await call(code, {}, changes);
  expect({ functionError, errorType: result.errorType }).toEqual({ functionError: 'Unhandled', errorType });
});

test.each([
  ['throws', `throw new RangeError('no')`, 'RangeError', true],
  ['throws what is no error', `throw 'no'`, 'string', true],
  ['never settles', `await new Promise(() => {})`, 'Runtime.NodeJsExit', true],
  ['returns what is no JSON', `return { big: 1n }`, 'Runtime.MarshalError', true],
  ['returns more than 6 MB', `return 'x'.repeat(6.1 * 1024 * 1024)`, 'Function.ResponseSizeTooLarge', true],
  ['exits', `process.exit(3)`, 'Runtime.ExitError', false],
  [
    'leaves a rejection',
    `Promise.reject(new Error('no')); await new Promise((r) => setTimeout(r, 1000))`,
    'Runtime.UnhandledPromiseRejection',
    false,
  ],
  [
    'throws in a timer',
    `await new Promise(() => setTimeout(() => { throw new TypeError('no') }, 1))`,
    'TypeError',
    false,
  ],
])('a handler that %s fails alone', async (_name, statement, errorType, survives) => {
  const name = deploy(`export const handler = async (input) => { if (input.ok) return 'ok'; ${statement}; };`);
  await host.invoke(name, '{"ok":true}');
  const before = pids();
  const { payload, functionError } = await host.invoke(name, '{}');
  expect(functionError).toBe('Unhandled');
  expect(JSON.parse(payload).errorType).toBe(errorType);
  expect(JSON.parse((await host.invoke(name, '{"ok":true}')).payload)).toBe('ok');
  expect(pids().includes(before[0]!)).toBe(survives);
});

test('a worker is reused while warm, and a second one is started only when it is busy', async () => {
  const name = deploy(`
    import { existsSync } from 'node:fs';
    let count = 0;
    export const handler = async ({ until }) => {
      while (until && !existsSync(until)) await new Promise((r) => setTimeout(r, 10));
      return ++count;
    };`);
  expect((await host.invoke(name, '{}')).payload).toBe('1');
  expect((await host.invoke(name, '{}')).payload).toBe('2');
  expect(pids()).toHaveLength(1);
  const until = join(world.tmpDir, 'go');
  const invocations = [1, 2].map(() => host.invoke(name, JSON.stringify({ until })));
  await vi.waitFor(() => expect(host.workers().filter(({ busy }) => busy)).toHaveLength(2), soon);
  writeFileSync(until, '');
  const both = await Promise.all(invocations);
  expect(both.map(({ payload }) => payload).sort()).toEqual(['1', '3']);
  expect(pids()).toHaveLength(2);
});

test('a time-out kills the process for real, and nobody meets it again', async () => {
  const name = deploy(`export const handler = async ({ hang }) => { while (hang); return process.pid; };`, {
    timeoutSeconds: 1,
  });
  const first = JSON.parse((await host.invoke(name, '{}')).payload);
  const { payload } = await host.invoke(name, '{"hang":true}');
  expect(JSON.parse(payload)).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(/^RequestId: \S+ Error: Task timed out after 1.00 seconds$/),
  });
  expect(() => process.kill(first, 0)).toThrow('ESRCH');
  expect(JSON.parse((await host.invoke(name, '{}')).payload)).not.toBe(first);
  expect(world.lines.join('\n')).toContain('Task timed out after 1.00 seconds');
});

test.each([
  [
    'buffers',
    `const kept = []; for (;;) { kept.push(Buffer.alloc(1e6, 1)); await new Promise((r) => setTimeout(r, 1)); }`,
  ],
  ['heap', `const kept = []; for (;;) kept.push(new Array(1000).fill({}));`],
])('a function that outgrows its memory with %s is killed', async (_name, statement) => {
  const { result } = await call(
    `export const handler = async () => { ${statement} };`,
    {},
    { memoryMb: 128, timeoutSeconds: 15 },
  );
  expect(result.errorType).toBe('Runtime.OutOfMemory');
});

test('kill -9 of a worker fails its invocation, nothing more', async () => {
  const name = deploy(
    `export const handler = async ({ ms }) => { await new Promise((r) => setTimeout(r, ms)); return 'ok'; };`,
  );
  const running = host.invoke(name, '{"ms":5000}');
  const [worker] = await vi.waitFor(() => {
    const busy = host.workers().filter((each) => each.busy);
    expect(busy).toHaveLength(1);
    return busy;
  }, soon);
  process.kill(worker!.pid, 'SIGKILL');
  expect(JSON.parse((await running).payload)).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringContaining('signal: killed'),
  });
  expect((await host.invoke(name, '{"ms":1}')).payload).toBe('"ok"');
});

test('what a worker started and wrote to its TMPDIR goes with it', async () => {
  const name = deploy(`
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    export const handler = async () => { writeFileSync(tmpdir() + '/a', 'x'); return spawn('sleep', ['60']).pid; };`);
  const child = JSON.parse((await host.invoke(name, '{}')).payload);
  expect(readdirSync(world.tmpDir)).toHaveLength(1);
  await host.stop();
  await vi.waitFor(async () => expect(await commandLine(child)).toBe(''), soon);
  expect(readdirSync(world.tmpDir)).toEqual([]);
});

test('registering again changes the code for the next invocation, while the running one ends with the old', async () => {
  const name = deploy(
    `export const handler = async () => { await new Promise((r) => setTimeout(r, 200)); return 'old'; };`,
  );
  const old = host.invoke(name, '{}');
  await vi.waitFor(() => expect(host.workers().some(({ busy }) => busy)).toBe(true), soon);
  deploy(`export const handler = async () => 'new';`);
  expect((await host.invoke(name, '{}')).payload).toBe('"new"');
  expect((await old).payload).toBe('"old"');
  await vi.waitFor(() => expect(pids()).toHaveLength(1), soon);
});

test('concurrency beyond what is reserved, or the account has, is refused', async () => {
  await world.end();
  world = aLambdaWorld({ accountConcurrency: 2 });
  host = world.host;
  const code = `export const handler = async () => { await new Promise((r) => setTimeout(r, 1500)); return 'ok'; };`;
  deploy(code, { name: 'One', reservedConcurrency: 1 });
  deploy(code, { name: 'Many' });
  const first = host.invoke('One', '{}');
  await expect(host.invoke('One', '{}')).rejects.toMatchObject({
    name: 'TooManyRequests',
    reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
  const second = host.invoke('Many', '{}');
  await expect(host.invoke('Many', '{}')).rejects.toBeInstanceOf(TooManyRequests);
  expect([(await first).payload, (await second).payload]).toEqual(['"ok"', '"ok"']);
});

test('a worker that nobody needs is ended after a while', async () => {
  await world.end();
  world = aLambdaWorld({ idleMs: 500 });
  host = world.host;
  await host.invoke(deploy(`export const handler = async () => 1;`), '{}');
  expect(pids()).toHaveLength(1);
  await vi.waitFor(() => expect(pids()).toEqual([]), soon);
});

test('a burst is served by few workers when they are quick, instead of one cold start for each', async () => {
  const name = deploy(`export const handler = async (input) => input;`);
  const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => host.invoke(name, String(i))));
  expect(answers.map(({ payload }) => Number(payload))).toEqual(Array.from({ length: 200 }, (_, i) => i));
  expect(pids().length).toBeLessThan(20);
});

test('however many are busy and none comes free, those that follow get processes of their own', async () => {
  const name = deploy(
    `
    import { existsSync } from 'node:fs';
    export const handler = async (file) => {
      while (!existsSync(file)) await new Promise((r) => setTimeout(r, 20));
      return 'ok';
    };`,
    { timeoutSeconds: 60 },
  );
  const file = join(world.tmpDir, 'enough');
  const busy = Array.from({ length: 12 }, () => host.invoke(name, JSON.stringify(file)));
  await vi.waitFor(() => expect(pids()).toHaveLength(12), soon);
  expect((await host.invoke(name, JSON.stringify('/'))).payload).toBe('"ok"');
  writeFileSync(file, '');
  expect((await Promise.all(busy)).map(({ payload }) => payload)).toEqual(busy.map(() => '"ok"'));
});

test('an unknown function and an oversized payload are refused', async () => {
  await expect(host.invoke('Nobody', '{}')).rejects.toBeInstanceOf(FunctionNotFound);
  expect(() => host.invokeAsync('Nobody', '{}')).toThrow(FunctionNotFound);
  const name = deploy(`export const handler = async () => 1;`);
  await expect(host.invoke(name, `"${'x'.repeat(6 * 1024 * 1024)}"`)).rejects.toBeInstanceOf(RequestTooLarge);
  expect(() => host.invokeAsync(name, `"${'x'.repeat(1024 * 1024)}"`)).toThrow(RequestTooLarge);
});

test('an asynchronous failure is tried twice more and then recorded', async () => {
  const records: string[] = [];
  const name = deploy(`export const handler = async () => { console.log('tried'); throw new Error('no'); };`, {
    onAsyncFailure: async (record) => void records.push(record),
  });
  host.invokeAsync(name, '{"a":1}');
  await vi.waitFor(() => expect(records).toHaveLength(1), soon);
  expect(JSON.parse(records[0]!)).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { a: 1 },
    responseContext: { functionError: 'Unhandled' },
    responsePayload: { errorMessage: 'no' },
  });
  expect(world.lines.filter((line) => line.endsWith('tried'))).toHaveLength(3);
});

test('asynchronous invocations beyond the concurrency wait their turn', async () => {
  const name = deploy(`export const handler = async ({ n }) => { console.log('ran ' + n); };`, {
    reservedConcurrency: 1,
  });
  for (let n = 0; n < 5; n += 1) host.invokeAsync(name, JSON.stringify({ n }));
  await vi.waitFor(() => expect(world.lines.filter((line) => line.includes('ran '))).toHaveLength(5), soon);
});

test('each line a function prints is logged with its name and request, also between invocations', async () => {
  const name = deploy(`
    export const handler = async (_, { awsRequestId }) => {
      console.log('one\\ntwo'); console.error('three');
      setTimeout(() => console.log('later'), 50);
      return awsRequestId;
    };`);
  const id = JSON.parse((await host.invoke(name, '{}')).payload).slice(0, 6);
  await vi.waitFor(() => expect(world.lines).toHaveLength(4), soon);
  expect(world.lines.toSorted()).toEqual(['later', 'one', 'three', 'two'].map((text) => `[Fn ${id}] ${text}`));
});

test('stopping fails what runs and leaves no process', async () => {
  const name = deploy(`export const handler = async () => new Promise((r) => setTimeout(r, 5000));`);
  const running = host.invoke(name, '{}');
  await vi.waitFor(() => expect(host.workers().some(({ busy }) => busy)).toBe(true), soon);
  const before = pids();
  await host.stop();
  expect((await running).functionError).toBe('Unhandled');
  for (const pid of before) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});
