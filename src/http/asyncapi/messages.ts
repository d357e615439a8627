import * as z from 'zod';
import { dialect } from '../../../contract/dialect.ts';
import { calendarEvent, localInfo } from '../../../contract/event.ts';
import { rowCounts, undoCounts } from '../../../contract/import.ts';
import { logValues } from '../../../contract/log-code.ts';
import { rowError } from '../../../contract/row-error.ts';
import { clientMessage } from '../../../contract/client-message.ts';
import { downloadStreamEvent, snapshotStreamEvent } from '../../../contract/stream-event.ts';
import { notification } from '../../../contract/notification.ts';
import { dashboard, downloadStats, queueStats } from '../../../contract/snapshot.ts';
import { clientMessages, downloadStreamEvents, notifications, snapshotStreamEvents } from './examples.ts';

type Said = z.ZodObject<{ type: z.ZodLiteral<string> | z.ZodEnum }>;
type Description = { summary: string; example: object };

/** One message: `key` is its own, for one `type` has two forms: flat in a stream, in an envelope over a WebSocket. */
export type Message<Type extends string = string> = { key: string; type: Type; schema: z.ZodType } & Description;

export const NOTIFICATIONS = messagesOf('notification', notification.options, notifications);
export const CLIENT_MESSAGES = messagesOf('client_message', clientMessage.options, clientMessages);
export const DOWNLOAD_STREAM_EVENTS = messagesOf('download_stream', downloadStreamEvent.options, downloadStreamEvents);
export const SNAPSHOT_STREAM_EVENTS = messagesOf('snapshot_stream', snapshotStreamEvent.options, snapshotStreamEvents);
export const MESSAGES: Message[] = [
  ...NOTIFICATIONS,
  ...CLIENT_MESSAGES,
  ...DOWNLOAD_STREAM_EVENTS,
  ...SNAPSHOT_STREAM_EVENTS,
];

/** One message for each type of each schema, with what `described` says of it. */
function messagesOf<Type extends string>(family: string, said: readonly Said[], described: Record<Type, Description>) {
  const isDescribed = (type: string): type is Type => Object.hasOwn(described, type);
  return said.flatMap((schema) =>
    typesOf(schema)
      .filter(isDescribed)
      .map((type): Message<Type> => ({
        key: `${family}.${type}`,
        type,
        schema: z.object({ ...schema.shape, type: z.literal(type) }),
        ...described[type],
      })),
  );
}

function typesOf({ shape: { type } }: Said): string[] {
  return type instanceof z.ZodEnum ? type.options.map(String) : [...type.values];
}

/** What messages have in common, under the names they have in the OpenAPI document. */
const SHARED = {
  Event: calendarEvent,
  LocalInfo: localInfo,
  QueueStats: queueStats,
  DownloadStats: downloadStats,
  DownloadInProgress: dashboard.shape.downloads_in_progress.element,
  Dashboard: dashboard,
  Dialect: dialect,
  RowCounts: rowCounts,
  UndoCounts: undoCounts,
  RowError: rowError,
  LogValues: logValues,
};

/** The schemas of all messages by their key, and what they share; JSON Schema draft 7, as AsyncAPI 3 has it. */
export function messageSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SHARED)) registry.add(schema, { id });
  for (const { key, schema } of MESSAGES) registry.add(schema, { id: key });
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-7',
    // Its own description says what it is.
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  // Its id would be the base of the references in it, which are meant from the document's root.
  return Object.fromEntries(
    Object.entries(schemas).map(([key, { $id: _id, $schema: _draft, ...schema }]) => [key, schema]),
  );
}

/** What zod says in the words of OpenAPI, or to be exact at any length, said as AsyncAPI does and for readers. */
function tidy(schema: z.core.JSONSchema.BaseSchema): void {
  if ('example' in schema) schema.examples = [schema['example']];
  delete schema['example'];
  if (schema.format === 'date-time') schema.pattern = 'Z$';
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
