import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_A_SECOND = 10;

/** The rates leave some seconds to watch; the clip without a file shows a failure. */
export const CLIPS = [
  { name: 'fita-perdida.mp4', title: null, bytesPerSecond: 0 },
  { name: 'recife.mp4', title: 'Recife ao entardecer.mp4', bytesPerSecond: 24_000 },
  { name: 'olinda.mp4', title: 'Olinda, ladeira acima.mp4', bytesPerSecond: 16_000 },
  { name: 'sertao.mp4', title: 'Sertão depois da chuva.mp4', bytesPerSecond: 32_000 },
] as const;

/** Serves the clips at their names, slowly; every other address is a 404. */
export function clipsServer(): Server {
  return createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.destroy();
      if (!isDeparture(error)) console.error('demo:', error);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://clips');
  const clip = CLIPS.find(({ name }) => pathname === `/${name}`);
  if (clip === undefined || clip.title === null) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such clip.\n');
    return;
  }
  const file = new URL(`clips/${clip.name}`, import.meta.url);
  const { size } = await stat(file);
  response.writeHead(200, {
    'content-type': 'video/mp4',
    'content-length': size,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(clip.title)}`,
  });
  const chunks = createReadStream(file, { highWaterMark: Math.ceil(clip.bytesPerSecond / TICKS_A_SECOND) });
  await pipeline(chunks, slowly, response);
}

async function* slowly(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    await sleep(1_000 / TICKS_A_SECOND);
  }
}

/** Whoever was reading left before the end: a deleted download, a killed worker. */
const isDeparture = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
