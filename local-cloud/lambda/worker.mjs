// What the Lambda runtime is to a function: one process that loads its code and then runs one invocation at a time.
// Plain JavaScript, and nothing but Node in it: it starts as fast as a process can, also under a host that compiles.
import { Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import { loadHandler } from './load-handler.mjs';
import { awslambda, ResponseStream, streamingOptions } from './response-stream.mjs';
import { describe, responseTooLarge, runtimeError } from './runtime-error.mjs';

const MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;
const PIPE = 4;

const tell = process.send.bind(process);
const { channel, env } = process;
const pipe = new Socket({ fd: PIPE, readable: false, writable: true });
pipe.on('error', () => undefined);
pipe.unref();

// A function has no parent process to talk to.
delete process.send;
globalThis.awslambda = awslambda;

/** Settles the running invocation, once; null between two. */
let current = null;

process.on('disconnect', () => {
  if (process.platform === 'win32') process.exit();
  process.kill(-process.pid, 'SIGKILL');
});
process.on('uncaughtException', (error) => crash(error, 129));
process.on('unhandledRejection', (reason) =>
  crash(runtimeError('UnhandledPromiseRejection', String(reason), reason), 128),
);
// The host's channel does not keep the loop alive while a handler runs, so this is a promise nobody can settle any more.
process.on('beforeExit', () => {
  current?.fail(
    runtimeError('NodeJsExit', 'The event loop is empty and the handler has not ended: a Promise was never settled.'),
  );
});

// Until then an unsettled top-level await ends the process (exit code 13) instead of hanging it.
channel.unref();
const handler = await loadHandler(env.LAMBDA_TASK_ROOT, env._HANDLER)
  .then((found) => {
    if (streamingOptions(found) === undefined && found.length > 2) {
      throw runtimeError(
        'CallbackHandlerDeprecated',
        `${env._HANDLER} takes a callback, which Node.js 24 on Lambda no longer gives it: use an async handler`,
      );
    }
    return found;
  })
  .catch((error) => {
    tell({ type: 'init-failed', error: describe(error) }, () => process.exit(1));
    return null;
  });

if (handler !== null) {
  process.on('message', (invocation) => {
    channel.unref();
    run(invocation);
  });
  channel.ref();
  tell({ type: 'ready' });
}

function run({ payload, requestId, arn, deadline, traceId, streaming }) {
  env._X_AMZN_TRACE_ID = traceId;
  const sink = streaming ? pipeSink() : memorySink();
  const stream = new ResponseStream(sink, streamingOptions(handler)?.highWaterMark);
  const settle = (message, told) => {
    current = null;
    channel.ref();
    tell({ streamedBytes: streaming ? stream.bytes : 0, ...message }, told);
  };
  const invocation = {
    succeed: (result) => current === invocation && settle({ type: 'done', payload: result }),
    /** `exit` ends the process as soon as its host knows why. */
    fail: (error, exit) => {
      if (current !== invocation) return;
      stream.destroy();
      settle({ type: 'failed', error: describe(error), exiting: exit !== undefined }, exit);
    },
  };
  current = invocation;
  const context = {
    callbackWaitsForEmptyEventLoop: true,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: arn,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  const answer = streamingOptions(handler) === undefined ? runBuffered : runStreaming;
  answer(payload, context, stream, sink).then(invocation.succeed, (error) => invocation.fail(error));
}

async function runBuffered(payload, context) {
  const result = await handler(JSON.parse(payload), context);
  const text = serialise(result);
  if (Buffer.byteLength(text) > MAX_RESPONSE_BYTES) throw responseTooLarge(MAX_RESPONSE_BYTES);
  return text;
}

async function runStreaming(payload, context, stream, sink) {
  const ended = finished(stream);
  // It is awaited below; a handler that fails before must not end the process by this one too.
  ended.catch(() => undefined);
  const returned = handler(JSON.parse(payload), stream, context);
  if (typeof returned?.then !== 'function') throw new TypeError('Streaming does not support non-async handlers.');
  if ((await returned) !== undefined) console.warn('Streaming handlers ignore return values.');
  await ended;
  return sink.text();
}

function serialise(result) {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch (error) {
    throw runtimeError('MarshalError', `Unable to stringify response body: ${error.message}`, error);
  }
}

/** The bytes go through a pipe of their own: it is binary-safe, and full when the reader is slow. */
function pipeSink() {
  return {
    open: (metadata) => tell({ type: 'stream-start', metadata }),
    write: (chunk, done) => pipe.write(chunk, done),
    text: () => '',
  };
}

/** A streaming handler invoked for its whole response: prelude, eight zero bytes and body, as AWS gives them. */
function memorySink() {
  const chunks = [];
  let size = 0;
  return {
    open: (_metadata, prelude) => {
      if (prelude !== undefined) chunks.push(Buffer.from(JSON.stringify(prelude)), Buffer.alloc(8));
    },
    write: (chunk, done) => {
      size += chunk.length;
      chunks.push(chunk);
      done(size > MAX_RESPONSE_BYTES ? responseTooLarge(MAX_RESPONSE_BYTES) : null);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}

function crash(error, exitCode) {
  if (current !== null) return current.fail(error, () => process.exit(exitCode));
  console.error(error);
  process.exit(exitCode);
}
