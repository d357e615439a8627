import { randomUUID } from 'node:crypto';
import { ACCOUNT_ID, REGION } from '../aws-request.ts';
import type { Invocation } from '../lambda/invoker.ts';
import { recordsPayload } from './payload.ts';
import { createdAt, lambdaRecord, sequenceNumberOf } from './stream-record.ts';
import type { StreamRecord } from './streams-client.ts';

export type FailureCondition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/**
 * What an on-failure destination is told of records that were given up:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html. Only S3 gets the records themselves.
 */
export function failureRecord(
  source: { functionName: string; streamArn: string; shardId: string; includePayloadInFailure?: boolean },
  records: StreamRecord[],
  reason: { condition: FailureCondition; invokeCount: number; latest: Invocation | undefined },
  at: Date,
): string {
  const { functionName, streamArn, shardId } = source;
  const { condition, invokeCount, latest } = reason;
  const [first] = records;
  const last = records.at(-1);
  return JSON.stringify({
    requestContext: {
      requestId: latest?.requestId ?? randomUUID(),
      functionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${functionName}`,
      condition,
      approximateInvokeCount: invokeCount,
    },
    ...(latest !== undefined && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(latest.functionError !== undefined && { functionError: latest.functionError }),
      },
    }),
    version: '1.0',
    timestamp: at.toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first && sequenceNumberOf(first),
      endSequenceNumber: last && sequenceNumberOf(last),
      approximateArrivalOfFirstRecord: arrival(first),
      approximateArrivalOfLastRecord: arrival(last),
      batchSize: records.length,
      streamArn,
    },
    ...(source.includePayloadInFailure === true && {
      payload: recordsPayload(records.map((record) => lambdaRecord(record, streamArn))),
    }),
  });
}

function arrival(record: StreamRecord | undefined): string | undefined {
  const time = record && createdAt(record);
  return time === undefined ? undefined : new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
