import * as z from 'zod';
import { attempt, batch, isAccepted } from './batch.ts';
import {
  attributesMd5,
  type MessageAttributes,
  parseMessageAttributes,
  selectAttributes,
  wireAttributes,
} from './message-attributes.ts';
import { checkDraft, type Draft, md5, messageSize, type Received, sequenceNumber } from './message.ts';
import { type Operation, operation } from './operation.ts';
import type { Queue, Sent } from './queue.ts';
import type { QueueRegistry } from './queue-registry.ts';
import { invalidValue, SqsError } from './sqs-error.ts';

const MAX_BATCH_BYTES = 1_048_576;
const SYSTEM_ATTRIBUTES = new Set([
  'All',
  'ApproximateFirstReceiveTimestamp',
  'ApproximateReceiveCount',
  'AWSTraceHeader',
  'DeadLetterQueueSourceArn',
  'MessageDeduplicationId',
  'MessageGroupId',
  'SenderId',
  'SentTimestamp',
  'SequenceNumber',
]);

const queue = { QueueUrl: z.string() };
const message = z.strictObject({
  MessageBody: z.string(),
  DelaySeconds: z.number().optional(),
  MessageAttributes: wireAttributes.optional(),
  MessageSystemAttributes: wireAttributes.optional(),
  MessageGroupId: z.string().optional(),
  MessageDeduplicationId: z.string().optional(),
});
const receipt = z.strictObject({ ReceiptHandle: z.string() });
const visibility = receipt.extend({ VisibilityTimeout: z.int().min(0).max(43_200) });
const receive = z.strictObject({
  ...queue,
  MaxNumberOfMessages: z
    .int()
    .min(1, 'Must be between 1 and 10, if provided.')
    .max(10, 'Must be between 1 and 10, if provided.')
    .optional(),
  WaitTimeSeconds: z.int().min(0).max(20, 'Must be >= 0 and <= 20, if provided.').optional(),
  VisibilityTimeout: z.int().min(0).max(43_200).optional(),
  AttributeNames: z.array(z.string()).optional(),
  MessageSystemAttributeNames: z.array(z.string()).optional(),
  MessageAttributeNames: z.array(z.string()).optional(),
});

/** The operations on a queue's messages. */
export function messageOperations(registry: QueueRegistry): Record<string, Operation> {
  return {
    SendMessage: operation(message.extend(queue), ({ QueueUrl, ...wire }) => {
      const target = registry.byUrl(QueueUrl);
      const draft = parseDraft(wire);
      const [sent] = target.send([draft]);
      return sentAnswer(target, draft, sent);
    }),

    SendMessageBatch: batch(registry, message, (target, entries) => sendAll(target, entries)),

    ReceiveMessage: operation(receive, async (input, signal) => {
      const system = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
      const unknown = system.find((name) => !SYSTEM_ATTRIBUTES.has(name));
      if (unknown !== undefined) throw new SqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
      const messages = await registry.byUrl(input.QueueUrl).receive({
        max: input.MaxNumberOfMessages ?? 1,
        waitMs: input.WaitTimeSeconds === undefined ? undefined : input.WaitTimeSeconds * 1000,
        visibilityMs: input.VisibilityTimeout === undefined ? undefined : input.VisibilityTimeout * 1000,
        signal,
      });
      const wanted = input.MessageAttributeNames ?? [];
      return messages.length === 0 ? {} : { Messages: messages.map((one) => wireMessage(one, system, wanted)) };
    }),

    DeleteMessage: operation(receipt.extend(queue), ({ QueueUrl, ReceiptHandle }) => {
      registry.byUrl(QueueUrl).delete(ReceiptHandle);
      return {};
    }),

    DeleteMessageBatch: batch(registry, receipt, (target, entries) =>
      entries.map(({ ReceiptHandle }) => done(() => target.delete(ReceiptHandle))),
    ),

    ChangeMessageVisibility: operation(visibility.extend(queue), ({ QueueUrl, ReceiptHandle, VisibilityTimeout }) => {
      registry.byUrl(QueueUrl).changeVisibility(ReceiptHandle, VisibilityTimeout);
      return {};
    }),

    ChangeMessageVisibilityBatch: batch(registry, visibility, (target, entries) =>
      entries.map(({ ReceiptHandle, VisibilityTimeout }) =>
        done(() => target.changeVisibility(ReceiptHandle, VisibilityTimeout)),
      ),
    ),
  };
}

function sendAll(target: Queue, entries: z.infer<typeof message>[]): (object | SqsError)[] {
  const drafts = entries.map((entry) => attempt(() => parseDraft(entry)));
  const total = drafts.reduce((sum, draft) => sum + (draft instanceof SqsError ? 0 : messageSize(draft)), 0);
  if (total > MAX_BATCH_BYTES)
    throw new SqsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${MAX_BATCH_BYTES} bytes. You have sent ${total} bytes.`,
    );
  const checked = drafts.map((draft) => {
    if (draft instanceof SqsError) return draft;
    return attempt(() => {
      checkDraft(draft, target.settings);
      return draft;
    });
  });
  // In one go, so that a receiver that waits gets them together.
  const sent = target.send(checked.filter(isAccepted)).values();
  return checked.map((draft) => (draft instanceof SqsError ? draft : sentAnswer(target, draft, sent.next().value)));
}

function parseDraft(wire: z.infer<typeof message>): Draft {
  const { AWSTraceHeader: trace, ...otherSystem } = wire.MessageSystemAttributes ?? {};
  const [unknown] = Object.keys(otherSystem);
  if (unknown !== undefined)
    throw invalidValue('MessageSystemAttributes', unknown, 'AWSTraceHeader is the only attribute that can be sent.');
  if (trace !== undefined && (trace.DataType !== 'String' || trace.StringValue === undefined))
    throw invalidValue('AWSTraceHeader', trace.DataType ?? '', 'Its type must be String.');
  return {
    body: wire.MessageBody,
    attributes: parseMessageAttributes(wire.MessageAttributes),
    traceHeader: trace?.StringValue,
    delaySeconds: wire.DelaySeconds,
    groupId: wire.MessageGroupId,
    deduplicationId: wire.MessageDeduplicationId,
  };
}

function sentAnswer(target: Queue, draft: Draft, sent: Sent | undefined): object {
  const trace = draft.traceHeader;
  return {
    MessageId: sent?.id,
    MD5OfMessageBody: md5(draft.body),
    MD5OfMessageAttributes: attributesMd5(draft.attributes),
    MD5OfMessageSystemAttributes:
      trace === undefined ? undefined : attributesMd5({ AWSTraceHeader: { dataType: 'String', stringValue: trace } }),
    SequenceNumber: target.settings.fifo ? sequenceNumber(sent?.seq ?? 0) : undefined,
  };
}

function wireMessage(one: Received, system: string[], wanted: string[]): object {
  const attributes = system.includes('All')
    ? one.attributes
    : Object.fromEntries(Object.entries(one.attributes).filter(([name]) => system.includes(name)));
  const messageAttributes = selectAttributes(one.messageAttributes, wanted);
  return {
    MessageId: one.messageId,
    ReceiptHandle: one.receiptHandle,
    MD5OfBody: one.md5OfBody,
    Body: one.body,
    ...(system.length > 0 && { Attributes: attributes }),
    ...(Object.keys(messageAttributes).length > 0 && {
      MD5OfMessageAttributes: attributesMd5(messageAttributes),
      MessageAttributes: wireForm(messageAttributes),
    }),
  };
}

function wireForm(attributes: MessageAttributes): object {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, { dataType, stringValue, binaryValue }]) => [
      name,
      { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue },
    ]),
  );
}

/** An empty answer, or the refusal. */
function done(step: () => void): object | SqsError {
  return attempt(() => {
    step();
    return {};
  });
}
