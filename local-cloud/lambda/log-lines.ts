import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

// As in CloudWatch Logs, and so that a function that never ends its line cannot fill the host's memory.
const LONGEST_LINE = 256 * 1024;

/** Gives each whole line of the stream to `write`, and what is left when it ends. */
export function forEachLine(stream: Readable, write: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LONGEST_LINE) {
      lines.push(rest);
      rest = '';
    }
    lines.forEach((line) => write(line.replace(/\r$/, '')));
  });
  stream.on('close', () => {
    rest += decoder.end();
    if (rest !== '') write(rest);
    rest = '';
  });
  stream.on('error', () => undefined);
}
