import { Readable, type Duplex } from 'node:stream';

export type ResponseBody = {
  stream: Readable;
  /** The worker has written its last byte, `total` in all. Resolves once the pipe is empty, whether anybody reads or not. */
  end(total: number, error?: Error): Promise<void>;
  /** The worker has died. */
  abort(error: Error): void;
};

/**
 * One response out of the pipe that a worker uses for all its responses, one after the other. A slow reader stops the
 * pipe, and so the handler; a reader that has gone does not: the rest is dropped, and the handler goes on to its end.
 */
export function startResponseBody(pipe: Duplex): ResponseBody {
  let received = 0;
  let total: number | undefined;
  let onEmpty = (): void => undefined;
  const stream = new Readable({
    read: () => void pipe.resume(),
    destroy(error, callback) {
      pipe.resume();
      callback(error);
    },
  });
  // A reader that is not there yet, or no more, must not turn a failed function into an uncaught exception.
  stream.on('error', () => undefined);

  const take = (chunk: Buffer): void => {
    received += chunk.length;
    const wantsMore = stream.destroyed || stream.push(chunk);
    // What is left after the last write is at most what the kernel buffers: taken at once, so that the worker is free.
    if (!wantsMore && total === undefined) pipe.pause();
    if (received === total) onEmpty();
  };
  pipe.on('data', take);
  const stop = (): void => {
    pipe.off('data', take);
    pipe.pause();
  };
  return {
    stream,
    async end(expected, error) {
      total = expected;
      if (received < expected) {
        pipe.resume();
        await new Promise<void>((resolve) => {
          onEmpty = resolve;
        });
      }
      stop();
      if (error === undefined) stream.push(null);
      else stream.destroy(error);
    },
    abort(error) {
      stop();
      stream.destroy(error);
    },
  };
}
