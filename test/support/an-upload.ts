import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEndpoint } from '../../local-cloud/endpoint.ts';
import { openBuckets } from '../../local-cloud/s3/buckets.ts';
import { s3Client } from '../../src/aws/s3-client.ts';
import { uploadsBucket } from '../../src/aws/uploads-bucket.ts';

/** The uploads bucket on the local cloud's own S3. */
export async function anUploadsBucket() {
  Object.assign(process.env, { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const dir = await mkdtemp(join(tmpdir(), 'uploads-'));
  const buckets = await openBuckets({ dir });
  await buckets.create('uploads');
  const endpoint = await startEndpoint({ port: 0, s3: buckets.service });
  const client = s3Client({ endpoint: endpoint.url });
  return {
    bucket: uploadsBucket(client, 'uploads'),
    port: endpoint.port,
    async stop() {
      client.destroy();
      await endpoint.stop();
      await buckets.stop();
      await rm(dir, { recursive: true });
    },
  };
}

const BOUNDARY = 'boundary-of-a-test';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
export type Part = { name: string; filename?: string | Buffer; body: string | Buffer };

/** A form byte for byte, with names in whatever encoding. */
export function formOf(parts: Part[]): Buffer {
  const written = parts.map(({ name, filename, body }) =>
    Buffer.concat([
      Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"`),
      ...(filename === undefined ? [] : [Buffer.from('; filename="'), Buffer.from(filename), Buffer.from('"')]),
      Buffer.from('\r\n\r\n'),
      Buffer.from(body),
      Buffer.from('\r\n'),
    ]),
  );
  return Buffer.concat([...written, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}
