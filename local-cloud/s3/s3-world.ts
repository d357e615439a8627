import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { CREDENTIALS, REGION } from '../aws-request.ts';
import { type Endpoint, startEndpoint } from '../endpoint.ts';
import { type Buckets, openBuckets } from './buckets.ts';

export const BUCKET = 'bucket';

/** For specs: S3 on a port of its own, with one bucket, a clock to turn and a record of what was notified. */
export type S3World = {
  dir: string;
  url: string;
  buckets: Buckets;
  s3: S3Client;
  client(config?: S3ClientConfig): S3Client;
  /** Turns the server's clock forward. */
  later(ms: number): void;
  notified: { target: string; body: string }[];
  /** Ends the server without a word to it, and starts another on the same directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export async function openS3World(): Promise<S3World> {
  const dir = await mkdtemp(join(tmpdir(), 's3-'));
  let ahead = 0;
  const notified: S3World['notified'] = [];
  const open = (): Promise<Buckets> =>
    openBuckets({
      dir,
      now: () => new Date(Date.now() + ahead),
      notify: async (target, body) => {
        if (target.endsWith(':nobody')) throw new Error('no such queue');
        notified.push({ target, body });
      },
    });
  let endpoint: Endpoint;
  const world: S3World = {
    dir,
    url: '',
    buckets: await open(),
    s3: new S3Client({}),
    client: (config = {}) =>
      new S3Client({ endpoint: world.url, region: REGION, maxAttempts: 1, credentials: CREDENTIALS, ...config }),
    later: (ms) => {
      ahead += ms;
    },
    notified,
    async restart() {
      await endpoint.stop();
      world.buckets = await open();
      await listen();
    },
    async stop() {
      await endpoint.stop();
      await world.buckets.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  const listen = async (): Promise<void> => {
    endpoint = await startEndpoint({ port: 0, s3: world.buckets.service });
    world.url = endpoint.url;
    world.s3 = world.client();
  };
  await listen();
  await world.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return world;
}

/** The name and status of the error that a call is refused with. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const metadata: unknown = '$metadata' in error ? error.$metadata : undefined;
    const status =
      typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
        ? Number(metadata.httpStatusCode)
        : 0;
    return { name: error.name, status, message: error.message };
  }
  throw new Error('the call was not refused');
}
