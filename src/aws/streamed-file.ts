import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create as contentDisposition } from 'content-disposition';
import { respond, streaming, streamRequest } from './lambda-stream.ts';

export type FileRequest = { path: string; query: Record<string, string>; language: string | null };
export type FileAnswer =
  | { statusCode: 200; contentType: string; fileName: string; chunks: AsyncIterable<string | Uint8Array> }
  | { statusCode: number; problem: unknown };

/**
 * The edge of a file that is made while it is sent: a chunk is asked for when the one before has gone. When one cannot be made the
 * invocation fails, so that the reader's connection breaks instead of ending as if the file were whole.
 */
export function streamedFile(answer: (request: FileRequest) => FileAnswer | Promise<FileAnswer>) {
  return streaming(async (event, response) => {
    const { path, headers, query, method } = streamRequest(event);
    const answered = await answer({ path, query, language: headers['accept-language'] ?? null });
    if ('problem' in answered) {
      const body = respond(response, answered.statusCode, { 'content-type': 'application/problem+json' });
      return void body.end(method === 'HEAD' ? undefined : JSON.stringify(answered.problem));
    }
    const stream = respond(response, 200, {
      'content-type': answered.contentType,
      'content-disposition': contentDisposition(answered.fileName),
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
    });
    if (method === 'HEAD') return void stream.end();
    await pipeline(Readable.from(answered.chunks, { highWaterMark: 1 }), stream);
  });
}
