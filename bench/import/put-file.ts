import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { anS3Client } from '../../test/support/media-world.ts';

/** Puts a file from disk into the bucket that `bench/engine/serve.ts` has. */
export async function putFile(s3: string, file: string, key: string): Promise<void> {
  const client = anS3Client(s3);
  const { size } = await stat(file);
  await client.send(
    new PutObjectCommand({ Bucket: 'media', Key: key, Body: createReadStream(file), ContentLength: size }),
  );
  client.destroy();
}
