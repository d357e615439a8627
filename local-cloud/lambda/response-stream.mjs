import { Writable } from 'node:stream';
import { responseTooLarge, runtimeError } from './runtime-error.mjs';

const STREAMING = Symbol('streaming');
const MAX_BYTES = 200 * 1024 * 1024;

/** What AWS's runtime puts into the global `awslambda`. */
export const awslambda = {
  streamifyResponse(handler, options) {
    handler[STREAMING] = { highWaterMark: options?.highWaterMark };
    return handler;
  },
  HttpResponseStream: {
    from(stream, prelude) {
      if (!(stream instanceof ResponseStream)) throw new TypeError('HttpResponseStream.from takes a response stream');
      stream.setContentType('application/vnd.awslambda.http-integration-response');
      stream.prelude = JSON.parse(JSON.stringify(prelude));
      return stream;
    },
  },
};

export function streamingOptions(handler) {
  return handler[STREAMING];
}

/**
 * The stream a streaming handler writes to. `sink.open(metadata, prelude)` is called before the first byte, then
 * `sink.write(bytes, done)`, whose `done` is what slows the handler down to its reader.
 */
export class ResponseStream extends Writable {
  prelude;
  /** How many bytes the sink was given. */
  bytes = 0;
  #contentType;
  #opened = false;
  #sink;

  constructor(sink, highWaterMark) {
    super({ highWaterMark: highWaterMark ?? 64 * 1024 });
    this.#sink = sink;
  }

  setContentType(type) {
    if (this.#opened) throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.');
    this.#contentType = type;
  }

  write(chunk, encoding, callback) {
    if (!this.#opened) this.#open();
    const isText = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(isText ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  _write(chunk, _encoding, callback) {
    try {
      this.#openUnwritten();
      if (this.bytes + chunk.length > MAX_BYTES) {
        throw responseTooLarge(MAX_BYTES);
      }
    } catch (error) {
      callback(error);
      return;
    }
    this.bytes += chunk.length;
    this.#sink.write(chunk, callback);
  }

  _final(callback) {
    try {
      this.#openUnwritten();
      callback();
    } catch (error) {
      callback(error);
    }
  }

  /** AWS sends the prelude from `write` alone: after a mere `end(…)` status and headers are lost, and the caller gets a 502. */
  #openUnwritten() {
    if (this.#opened) return;
    if (this.prelude !== undefined) {
      throw runtimeError(
        'InvalidStreamingOperation',
        "AWS never sends what HttpResponseStream.from was given unless write() is called: write('') before end()",
      );
    }
    this.#open();
  }

  #open() {
    this.#opened = true;
    const typed = this.#contentType === undefined ? undefined : { headers: { 'content-type': this.#contentType } };
    this.#sink.open(this.prelude ?? typed, this.prelude);
  }
}
