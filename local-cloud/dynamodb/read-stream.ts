import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record,
} from '@aws-sdk/client-dynamodb-streams';
import { CREDENTIALS, REGION } from '../aws-request.ts';

/** For specs: every record the stream holds at this moment. */
export async function readStream(endpoint: string, StreamArn: string): Promise<_Record[]> {
  const client = new DynamoDBStreamsClient({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const records: _Record[] = [];
  for (const { ShardId } of StreamDescription?.Shards ?? []) {
    const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await client.send(new GetShardIteratorCommand(start));
    while (ShardIterator !== undefined) {
      const { Records = [], NextShardIterator } = await client.send(new GetRecordsCommand({ ShardIterator }));
      records.push(...Records);
      ShardIterator = Records.length === 0 ? undefined : NextShardIterator;
    }
  }
  client.destroy();
  return records;
}
