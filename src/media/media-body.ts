import { Readable } from 'node:stream';
import { SourceFailed } from './source-failed.ts';

/** The same bytes, failing in the words of this house. Destroying it closes the connection at once, read or not. */
export function mediaBody(raw: Readable, signal: AbortSignal): Readable {
  const body = new Readable({
    read: () => raw.resume(),
    destroy: (error, done) => {
      raw.destroy();
      done(error);
    },
  });
  // It may fail before anybody reads it; whoever reads it then still meets the error.
  body.on('error', () => undefined);
  raw.on('data', (chunk: Buffer) => body.push(chunk) || raw.pause());
  raw.once('end', () => body.push(null));
  raw.on('error', (error) => body.destroy(signal.aborted ? reasonOf(signal) : interrupted(error)));
  raw.pause();
  return body;
}

function interrupted(cause: Error): SourceFailed {
  return new SourceFailed('source_interrupted', cause.message, { cause });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
