import { Upload } from '@aws-sdk/lib-storage';
import { S3Client } from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { mediaBucket } from '../../src/aws/bucket.ts';
import { s3Client } from '../../src/aws/s3-client.ts';
import { fetchTrack } from '../../src/media/engine.ts';
import { guardedDispatcher } from '../../src/media/guarded-fetch.ts';
import { directSource } from '../../src/media/sources/direct.ts';

// One transfer by one contender in a process of its own; prints its seconds, CPU and memory as JSON.
const [name = '', url = '', endpoint = '', key = '', connections = '8'] = process.argv.slice(2);

async function fastTrack(): Promise<void> {
  const dispatcher = guardedDispatcher({ allowPrivate: true, connections: 16 });
  const signal = new AbortController().signal;
  const resolve = async () => (await directSource({ dispatcher }).resolve(new URL(url), 'best', signal)).tracks[0];
  await fetchTrack(
    await resolve(),
    { bucket: mediaBucket(s3Client({ endpoint }), 'media'), key, upload: null },
    {
      dispatcher,
      maxBytes: 2 ** 40,
      partBytes: 8 * 1024 ** 2,
      connections: Number(connections),
      mostConnections: 16,
      refresh: resolve,
      onUploadCreated: () => Promise.resolve(),
      onProgress: () => undefined,
      beforeComplete: () => Promise.resolve(),
      onLeftBehind: (error) => console.error(error),
      closing: signal,
      signal,
    },
  );
}

/** What most people would write: one fetch, piped into the SDK's own uploader with its defaults. */
async function libStorage(): Promise<void> {
  const { body } = await fetch(url);
  if (body === null) throw new Error('no body');
  const client = new S3Client({ endpoint, forcePathStyle: true });
  await new Upload({ client, params: { Bucket: 'media', Key: key, Body: Readable.fromWeb(body) } }).done();
}

const contenders: Record<string, () => Promise<void>> = { FastTrack: fastTrack, 'lib-storage': libStorage };
const idleRss = process.memoryUsage.rss();
const cpuBefore = process.cpuUsage();
const started = performance.now();
await contenders[name]?.();
const cpu = process.cpuUsage(cpuBefore);
console.log(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    idleRssMb: idleRss / 1024 ** 2,
  }),
);
process.exit(0);
