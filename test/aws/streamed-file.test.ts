import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';

/** What AWS's runtime has, as the local cloud makes it. */
const runtime = new URL('../../local-cloud/lambda/response-stream.mjs', import.meta.url).href;
const { awslambda, ResponseStream } = (await import(runtime)) as {
  awslambda: unknown;
  ResponseStream: new (sink: Sink) => Writable;
};
vi.stubGlobal('awslambda', awslambda);
const { streamedFile } = await import('../../src/aws/streamed-file.ts');

type Head = { statusCode: number; headers: Record<string, string> };
type Sink = { open: (metadata: Head) => void; write: (chunk: Buffer, done: () => void) => void };

/** A reader that takes bytes when it is told to. */
function aReader({ takes = true } = {}) {
  const reader = { head: null as Head | null, text: '', takes };
  const sink: Sink = {
    open: (metadata) => {
      reader.head = metadata;
    },
    write: (chunk, done) => {
      reader.text += chunk.toString();
      if (reader.takes) done();
    },
  };
  return { reader, stream: new ResponseStream(sink) };
}

const input = (method = 'GET') => ({ rawPath: '/', headers: {}, requestContext: { http: { method } } });
const context = { getRemainingTimeInMillis: () => 60_000 };

async function run(chunks: AsyncIterable<string>, { reader, stream }: ReturnType<typeof aReader>, method = 'GET') {
  const answer = () => ({ statusCode: 200, contentType: 'text/plain', fileName: 'a.txt', chunks }) as const;
  const handler = streamedFile(answer) as unknown as (...args: unknown[]) => Promise<void>;
  await handler(input(method), stream, context);
  return reader;
}

test('a file that cannot be made to its end fails its invocation, and does not end its response', async () => {
  async function* breaking() {
    yield 'first';
    throw new Error('lost');
  }
  const it = aReader();
  await expect(run(breaking(), it)).rejects.toThrow('lost');
  expect(it.reader.text).toBe('first');
  expect(it.stream).toMatchObject({ destroyed: true, writableFinished: false });
});

test('a reader that takes nothing is not read ahead for', async () => {
  let made = 0;
  async function* many() {
    for (; made < 1000; made += 1) yield 'x'.repeat(100_000);
  }
  const it = aReader({ takes: false });
  const running = run(many(), it);
  running.catch(() => undefined);
  await sleep(300);
  expect(made).toBeLessThan(6);
  it.stream.destroy();
  await expect(running).rejects.toThrow();
});

test('HEAD has the head of the file, and makes none of it', async () => {
  async function* none() {
    yield await Promise.reject<string>(new Error('read'));
  }
  const { head, text } = await run(none(), aReader(), 'HEAD');
  expect(head).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': 'text/plain', 'content-disposition': 'attachment; filename=a.txt' },
  });
  expect(text).toBe('');
});
