import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { residentBytes } from '../processes/process-table.ts';
import { FunctionFailed } from './lambda-refusals.ts';
import { aLambdaWorld, type LambdaWorld } from './lambda-world.ts';

let world: LambdaWorld;

beforeEach(() => {
  world = aLambdaWorld();
});
afterEach(() => world.end());

/** Deploys and starts a streaming handler made of these statements; `stream`, `input` and `sleep` are at hand. */
function stream(statements: string, input: unknown = {}, changes: Parameters<LambdaWorld['deploy']>[1] = {}) {
  return world.host.invokeStreaming(aStreamer(statements, changes), JSON.stringify(input));
}

function aStreamer(statements: string, changes: Parameters<LambdaWorld['deploy']>[1] = {}) {
  return world.deploy(
    `import { setTimeout as sleep } from 'node:timers/promises';
     export const handler = awslambda.streamifyResponse(async (input, stream) => { ${statements} });`,
    changes,
  );
}

/** Who is to run out of time shall do so soon; nobody else shall. */
const secondsFor = (errorType: string) => (errorType === 'Sandbox.Timedout' ? 0.5 : 30);

test('status, headers and cookies come first, then the bytes as they are written', async () => {
  const go = join(world.tmpDir, 'go');
  const { metadata, body } = await stream(
    `const { existsSync } = await import('node:fs');
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-a': '1', 'x-n': 2 }, cookies: ['c=1'] });
    stream.write('one');
    while (!existsSync(input.go)) await sleep(10);
    stream.write('two');
    stream.end();`,
    { go },
  );
  expect(metadata).toEqual({ statusCode: 201, headers: { 'x-a': '1', 'x-n': '2' }, cookies: ['c=1'] });
  const chunks: string[] = [];
  for await (const chunk of body) {
    chunks.push(String(chunk));
    // The second is written only when the first has arrived.
    writeFileSync(go, '');
  }
  expect(chunks).toEqual(['one', 'two']);
});

test('any bytes arrive as they were, in their order, through any pipeline', async () => {
  const { body } = await stream(`
    const { pipeline } = await import('node:stream/promises');
    const { Readable } = await import('node:stream');
    await pipeline(Readable.from(function* () {
      for (let i = 0; i < 100; i += 1) yield Buffer.alloc(50_000, Buffer.from([i, 0, 255, 10, 13]));
    }()), stream);`);
  const expected = createHash('sha1');
  for (let i = 0; i < 100; i += 1) expected.update(Buffer.alloc(50_000, Buffer.from([i, 0, 255, 10, 13])));
  expect(
    createHash('sha1')
      .update(await buffer(body))
      .digest('hex'),
  ).toBe(expected.digest('hex'));
});

test('a worker streams one response after the other', async () => {
  const name = aStreamer(`stream.write(input.a); stream.end(String(process.pid));`);
  const first = await text((await world.host.invokeStreaming(name, '{"a":"x"}')).body);
  const second = await text((await world.host.invokeStreaming(name, '{"a":"y"}')).body);
  expect(second).toBe(first.replace('x', 'y'));
});

test('a slow reader slows the handler down, and memory stays bounded', async () => {
  const { body } = await stream(
    `const chunk = Buffer.alloc(1024 * 1024);
     for (let i = 1; i <= 100; i += 1) {
       if (!stream.write(chunk)) await new Promise((r) => stream.once('drain', r));
       console.log('wrote ' + i);
     }
     stream.end();`,
  );
  await sleep(400);
  expect(world.lines.length).toBeLessThan(10);
  expect(body.readableLength).toBeLessThan(1024 * 1024);
  const before = (await residentBytes(process.pid)) ?? 0;
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  expect(bytes).toBe(100 * 1024 * 1024);
  expect(((await residentBytes(process.pid)) ?? 0) - before).toBeLessThan(80 * 1024 * 1024);
});

test('a reader that goes away drops the bytes; the handler runs to its end and its worker is reused', async () => {
  const name = aStreamer(`
    if (input.again) return void stream.end('pid ' + process.pid);
    for (let i = 0; i < 50; i += 1) {
      if (!stream.write(Buffer.alloc(100_000))) await new Promise((r) => stream.once('drain', r));
    }
    stream.end();
    console.log('ended ' + process.pid);`);
  const { body } = await world.host.invokeStreaming(name, '{}');
  body.destroy();
  await vi.waitFor(() => expect(world.lines.join()).toContain('ended '), 30_000);
  await vi.waitFor(() => expect(world.host.workers().every(({ busy }) => !busy)).toBe(true), 30_000);
  const again = await text((await world.host.invokeStreaming(name, '{"again":true}')).body);
  expect(world.lines.join()).toContain(again.replace('pid', 'ended'));
});

test.each([
  ['throws', `throw new RangeError('no')`, 'RangeError'],
  ['exits', `process.exit(1)`, 'Runtime.ExitError'],
  ['leaves its stream open for ever', `return`, 'Runtime.NodeJsExit'],
  [
    'never writes, so that AWS loses its status',
    `
     awslambda.HttpResponseStream.from(stream, { statusCode: 204 }).end()`,
    'Runtime.InvalidStreamingOperation',
  ],
  [
    'only ends, so that AWS loses its status',
    `
     awslambda.HttpResponseStream.from(stream, { statusCode: 200 }).end('x')`,
    'Runtime.InvalidStreamingOperation',
  ],
  ['hangs', `while (true);`, 'Sandbox.Timedout'],
])('a handler that %s before its first byte rejects', async (_name, statements, errorType) => {
  const failed = await stream(statements, {}, { timeoutSeconds: secondsFor(errorType) }).catch(
    (error: unknown) => error,
  );
  expect(failed).toBeInstanceOf(FunctionFailed);
  expect(failed).toMatchObject({ errorType });
});

test.each([
  ['throws', `throw new RangeError('no')`, 'RangeError'],
  ['exits', `process.exit(1)`, 'Runtime.ExitError'],
  ['hangs', `while (true);`, 'Sandbox.Timedout'],
])('a handler that %s after its first byte destroys the body', async (_name, statements, errorType) => {
  const { body } = await stream(
    `stream.write('x'); await sleep(50); ${statements}`,
    {},
    { timeoutSeconds: secondsFor(errorType) },
  );
  await expect(text(body)).rejects.toMatchObject({ errorType });
});

test('an empty response keeps its status when something was written', async () => {
  const { metadata, body } = await stream(`
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 204 });
    stream.write('');
    stream.end();`);
  expect(metadata).toEqual({ statusCode: 204 });
  expect(await text(body)).toBe('');
});

test('setContentType gives a content type and nothing else', async () => {
  const { metadata, body } = await stream(`stream.setContentType('text/csv'); stream.end('a,b');`);
  expect(metadata).toEqual({ headers: { 'content-type': 'text/csv' } });
  expect(await text(body)).toBe('a,b');
});

test('a streamed response ends at 200 MB', async () => {
  const { body } = await stream(`
    const chunk = Buffer.alloc(1024 * 1024);
    for (let i = 0; i < 201; i += 1) if (!stream.write(chunk)) await new Promise((r, no) => { stream.once('drain', r); stream.once('error', no); });
    stream.end();`);
  let bytes = 0;
  const read = (async () => {
    for await (const chunk of body) bytes += chunk.length;
  })();
  await expect(read).rejects.toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  expect(bytes).toBeLessThanOrEqual(200 * 1024 * 1024);
});

test('a handler that does not stream gives its result as the body', async () => {
  const name = world.deploy(`export const handler = async () => ({ statusCode: 200, body: 'x' });`);
  const { metadata, body } = await world.host.invokeStreaming(name, '{}');
  expect(metadata).toBeUndefined();
  expect(await text(body)).toBe('{"statusCode":200,"body":"x"}');
});

test('a streaming handler invoked for its whole response gives prelude, eight zeros and body', async () => {
  const name = aStreamer(`
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 200 });
    stream.write('a');
    stream.end('b');`);
  expect((await world.host.invoke(name, '{}')).payload).toBe(`{"statusCode":200}${'\0'.repeat(8)}ab`);
});
