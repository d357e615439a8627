import { createHash } from 'node:crypto';
import * as z from 'zod';
import { invalidValue } from './sqs-error.ts';

/** A message attribute; `binaryValue` is base64. */
export const messageAttribute = z.object({
  dataType: z.string(),
  stringValue: z.string().optional(),
  binaryValue: z.string().optional(),
});
export type MessageAttribute = z.infer<typeof messageAttribute>;
export type MessageAttributes = Record<string, MessageAttribute>;

/** Message attributes as they are on the wire. */
export const wireAttributes = z.record(
  z.string(),
  z.strictObject({
    DataType: z.string().optional(),
    StringValue: z.string().optional(),
    BinaryValue: z.string().optional(),
    StringListValues: z.array(z.string()).max(0, 'list values are not supported by SQS itself').optional(),
    BinaryListValues: z.array(z.string()).max(0, 'list values are not supported by SQS itself').optional(),
  }),
);

const NAME = /^(?!aws\.|amazon\.)(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}$/i;
const DATA_TYPE = /^(String|Number|Binary)(\..{1,248})?$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/;
const ALLOWED_TEXT = /^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u;

/** Whether SQS accepts the text: XML's characters, and no others. */
export function isAllowedText(text: string): boolean {
  return ALLOWED_TEXT.test(text);
}

/** Checks the attributes of one message as SQS does. Throws SqsError. */
export function parseMessageAttributes(
  wire: z.infer<typeof wireAttributes> | undefined,
): MessageAttributes | undefined {
  const entries = Object.entries(wire ?? {});
  if (entries.length === 0) return undefined;
  if (entries.length > 10) throw invalidValue('MessageAttributes', entries.length, 'A message may have 10 attributes.');
  return Object.fromEntries(entries.map(([name, value]) => [name, parseOne(name, value)]));
}

function parseOne(name: string, wire: z.infer<typeof wireAttributes>[string]): MessageAttribute {
  const refuse = (reason: string) => invalidValue(`MessageAttributes.${name}`, wire.DataType ?? '', reason);
  if (!NAME.test(name)) throw refuse('The attribute name is invalid.');
  if (wire.DataType === undefined) throw refuse('The message attribute must contain a non-empty DataType.');
  const kind = DATA_TYPE.exec(wire.DataType)?.[1];
  if (kind === undefined) throw refuse('The type must be String, Number or Binary, with an optional label.');
  if (kind === 'Binary') {
    if (wire.BinaryValue === undefined || wire.BinaryValue === '')
      throw refuse('It must contain a non-empty BinaryValue.');
    if (wire.StringValue !== undefined) throw refuse('It must contain one value of its type.');
    return { dataType: wire.DataType, binaryValue: Buffer.from(wire.BinaryValue, 'base64').toString('base64') };
  }
  if (wire.StringValue === undefined || wire.StringValue === '')
    throw refuse('It must contain a non-empty StringValue.');
  if (wire.BinaryValue !== undefined) throw refuse('It must contain one value of its type.');
  if (kind === 'Number' && !NUMBER.test(wire.StringValue)) throw refuse('The value is no number.');
  if (!isAllowedText(wire.StringValue)) throw refuse('The value contains characters that are not allowed.');
  return { dataType: wire.DataType, stringValue: wire.StringValue };
}

/** The bytes the attributes count for in the message's size. */
export function attributesSize(attributes: MessageAttributes | undefined): number {
  let size = 0;
  for (const [name, attribute] of Object.entries(attributes ?? {}))
    size += Buffer.byteLength(name) + Buffer.byteLength(attribute.dataType) + valueBytes(attribute).length;
  return size;
}

/** The MD5 the SDKs compare: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html */
export function attributesMd5(attributes: MessageAttributes | undefined): string | undefined {
  const entries = Object.entries(attributes ?? {});
  if (entries.length === 0) return undefined;
  const hash = createHash('md5');
  const update = (bytes: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, attribute] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    update(Buffer.from(name));
    update(Buffer.from(attribute.dataType));
    hash.update(Buffer.from([attribute.binaryValue === undefined ? 1 : 2]));
    update(valueBytes(attribute));
  }
  return hash.digest('hex');
}

/** Those of the attributes that a receiver asked for: names, `All`, `.*`, or a prefix `name.*`. */
export function selectAttributes(attributes: MessageAttributes | undefined, wanted: string[]): MessageAttributes {
  const isWanted = (name: string): boolean =>
    wanted.some(
      (want) =>
        want === 'All' || want === '.*' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -1))),
    );
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => isWanted(name)));
}

function valueBytes(attribute: MessageAttribute): Buffer {
  return attribute.binaryValue === undefined
    ? Buffer.from(attribute.stringValue ?? '')
    : Buffer.from(attribute.binaryValue, 'base64');
}
