import { REGION } from '../aws-request.ts';
import type { Received } from '../sqs/queues.ts';

/** A message as Lambda hands it to a function: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function queueRecord(message: Received, eventSourceARN: string): Record<string, unknown> {
  const attributes = Object.entries(message.messageAttributes).map(([name, { dataType, stringValue, binaryValue }]) => [
    name,
    { stringValue, binaryValue, stringListValues: [], binaryListValues: [], dataType },
  ]);
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.attributes,
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.md5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: REGION,
  };
}

/** The record as its filters see it: a body that is JSON counts as what it says. */
export function filterableRecord(record: Record<string, unknown>): Record<string, unknown> {
  try {
    return { ...record, body: JSON.parse(String(record['body'])) };
  } catch (error) {
    if (error instanceof SyntaxError) return record;
    throw error;
  }
}
