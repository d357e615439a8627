import { createHash, randomUUID } from 'node:crypto';
import { ACCOUNT_ID } from '../aws-request.ts';
import { attributesSize, isAllowedText, type MessageAttributes } from './message-attributes.ts';
import type { StoredMessage } from './queue-log.ts';
import type { QueueSettings } from './queue-settings.ts';
import { invalidValue, SqsError } from './sqs-error.ts';

/** A message somebody wants to send. */
export type Draft = {
  body: string;
  attributes?: MessageAttributes | undefined;
  traceHeader?: string | undefined;
  delaySeconds?: number | undefined;
  groupId?: string | undefined;
  deduplicationId?: string | undefined;
};

/** A message as its receiver gets it: everything a Lambda record of it needs. */
export type Received = {
  messageId: string;
  receiptHandle: string;
  body: string;
  md5OfBody: string;
  /** System attributes: `ApproximateReceiveCount`, `SentTimestamp`, `MessageGroupId`… */
  attributes: Record<string, string>;
  messageAttributes: MessageAttributes;
};

const GROUP_OR_DEDUPLICATION_ID = /^[A-Za-z0-9!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]{1,128}$/;

/** Refuses, in SQS's words, what a queue with these settings does not take. */
export function checkDraft(draft: Draft, settings: QueueSettings): void {
  const { body, groupId, deduplicationId, delaySeconds } = draft;
  if (body === '') throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (!isAllowedText(body))
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters found. Allowed are #x9, #xA, #xD and #x20 to #x10FFFF.',
    );
  if (messageSize(draft) > settings.maximumMessageSize)
    throw new SqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.maximumMessageSize} bytes.`,
    );
  if (delaySeconds !== undefined && !(Number.isInteger(delaySeconds) && delaySeconds >= 0 && delaySeconds <= 900))
    throw invalidValue('DelaySeconds', delaySeconds, 'DelaySeconds must be >= 0 and <= 900.');
  if (groupId !== undefined && !GROUP_OR_DEDUPLICATION_ID.test(groupId))
    throw invalidValue('MessageGroupId', groupId, 'It can contain 1 to 128 letters, digits and punctuation marks.');
  if (deduplicationId !== undefined && !GROUP_OR_DEDUPLICATION_ID.test(deduplicationId))
    throw invalidValue(
      'MessageDeduplicationId',
      deduplicationId,
      'It can contain 1 to 128 letters, digits and punctuation marks.',
    );
  const wrongKind = 'The request includes a parameter that is not valid for this queue type.';
  if (!settings.fifo) {
    if (deduplicationId !== undefined) throw invalidValue('MessageDeduplicationId', deduplicationId, wrongKind);
    return;
  }
  if (delaySeconds !== undefined) throw invalidValue('DelaySeconds', delaySeconds, wrongKind);
  if (groupId === undefined)
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageGroupId.');
  if (deduplicationId === undefined && !settings.contentBasedDeduplication)
    throw new SqsError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly.',
    );
}

export function messageSize(draft: Pick<Draft, 'body' | 'attributes'>): number {
  return Buffer.byteLength(draft.body) + attributesSize(draft.attributes);
}

/** The message as the queue keeps it. */
export function composeMessage(draft: Draft, settings: QueueSettings, seq: number, now: number): StoredMessage {
  const { body, attributes, traceHeader, delaySeconds, groupId } = draft;
  return {
    seq,
    id: randomUUID(),
    body,
    sentAt: now,
    availableAt: now + (delaySeconds === undefined ? settings.delayMs : delaySeconds * 1000),
    ...(attributes && { attributes }),
    ...(traceHeader !== undefined && { traceHeader }),
    ...(groupId !== undefined && { groupId }),
    ...(settings.fifo && deduplication(draft, settings)),
  };
}

/** What makes two messages of a FIFO queue the same one: the given id, or with content-based deduplication the body's hash. */
function deduplication(
  draft: Draft,
  settings: QueueSettings,
): Pick<StoredMessage, 'deduplicationId' | 'deduplicationKey'> {
  const id = draft.deduplicationId ?? createHash('sha256').update(draft.body).digest('hex');
  return { deduplicationId: id, deduplicationKey: settings.deduplicateByGroup ? `${draft.groupId} ${id}` : id };
}

/** Increasing, and of AWS's length. */
export function sequenceNumber(seq: number): string {
  return `188${String(seq).padStart(17, '0')}`;
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Puts together what the receiver gets. */
export function received(
  message: StoredMessage,
  state: { receiptHandle: string; receiveCount: number; firstReceivedAt: number; fifo: boolean },
): Received {
  const optional = {
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: state.fifo ? sequenceNumber(message.seq) : undefined,
    AWSTraceHeader: message.traceHeader,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  const attributes: Record<string, string> = {
    SenderId: ACCOUNT_ID,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(state.receiveCount),
    ApproximateFirstReceiveTimestamp: String(state.firstReceivedAt),
  };
  for (const [name, value] of Object.entries(optional)) if (value !== undefined) attributes[name] = value;
  return {
    messageId: message.id,
    receiptHandle: state.receiptHandle,
    body: message.body,
    md5OfBody: md5(message.body),
    attributes,
    messageAttributes: message.attributes ?? {},
  };
}
