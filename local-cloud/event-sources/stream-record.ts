import { REGION } from '../aws-request.ts';
import type { StreamRecord } from './streams-client.ts';

/** A change as Lambda hands it to a function: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export function lambdaRecord(record: StreamRecord, eventSourceARN: string): Record<string, unknown> {
  const { userIdentity, ...rest } = record;
  return {
    ...rest,
    eventSource: 'aws:dynamodb',
    awsRegion: REGION,
    eventSourceARN,
    ...(userIdentity && {
      userIdentity: { type: userIdentity.Type, principalId: userIdentity.PrincipalId },
    }),
  };
}

export function sequenceNumberOf(record: StreamRecord): string {
  return record.dynamodb.SequenceNumber;
}

/** When the change was made, in milliseconds, as far as the stream says: it counts seconds. */
export function createdAt(record: StreamRecord): number | undefined {
  const seconds = record.dynamodb.ApproximateCreationDateTime;
  return seconds === undefined ? undefined : seconds * 1000;
}
