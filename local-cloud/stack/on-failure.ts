import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Buckets } from '../s3/buckets.ts';
import type { Deliver } from './deliver.ts';

const failure = z.object({ DDBStreamBatchInfo: z.object({ shardId: z.string() }) });

/** What takes the records of a stream that a function could not handle; a bucket gets an object for each, as AWS names them. */
export function streamFailureDestination(
  targetArn: string,
  mappingId: string,
  { deliver, buckets }: { deliver: Deliver; buckets: Pick<Buckets, 'put'> },
): (record: string) => Promise<void> {
  const [, , service, , , bucket = ''] = targetArn.split(':');
  if (service !== 's3') return (record) => deliver(targetArn, record);
  return (record) => {
    const [day = '', time = ''] = new Date().toISOString().split('T');
    const key = [
      'aws/lambda',
      mappingId,
      failure.parse(JSON.parse(record)).DDBStreamBatchInfo.shardId,
      ...day.split('-'),
      `${day}T${time.slice(0, 8).replaceAll(':', '.')}-${randomUUID()}`,
    ].join('/');
    return buckets.put(bucket, key, Buffer.from(record), { contentType: 'application/json' });
  };
}
