import { createRoute } from '@hono/zod-openapi';
import * as z from 'zod';
import { calendarEvent, eventList, eventRequest, localInfo } from './event.ts';
import { idempotent, invalid, json, problemOf } from './route-parts.ts';

const missing = problemOf('There is no such event.');
const tooLarge = problemOf('The body is larger than 1 MiB.');
const notJson = problemOf('The body is not JSON.');
const conflict = problemOf(
  '`version_conflict`: it was changed since; `event_exists`: another has this title, date and city.',
);

export const eventId = z.ulid().meta({ example: '01JDC8Z1Q5W3N7XK2V9T4B6M8R' });
const byId = { params: z.object({ id: eventId }) };
const ifMatch = {
  headers: z.object({
    'if-match': z
      .string()
      .regex(/^\s*(?:\*|(?:W\/)?"?\d{1,15}"?)\s*$/)
      .optional()
      .meta({ description: 'The version that is meant, as `ETag` told it; a newer one is not changed.' }),
  }),
};
const seenVersion = z
  .int()
  .min(1)
  .optional()
  .meta({ description: 'The version that is meant; a newer one is not changed. Without it the last to write wins.' });

const body = <T extends z.ZodType>(schema: T) => ({
  body: { required: true, content: { 'application/json': { schema } } },
});

const day = z.string().max(40).optional();
/** Which events are meant, in a list and in an export alike. */
export const eventFilter = z.object({
  city: z.string().max(100).optional().meta({ description: 'Whatever its accents and case.' }),
  from: day.meta({ example: '2025-07-01', description: 'Not before this date or instant.' }),
  to: day.meta({ example: '2025-07-31', description: 'Not after this instant; of a date, not after its end.' }),
  q: z
    .string()
    .max(200)
    .optional()
    .meta({ description: 'Text in title, description or city, whatever its accents and case.' }),
});

export const listEvents = createRoute({
  method: 'get',
  path: '/eventos',
  tags: ['events'],
  summary: 'List events by their date; with `q` at most 1,000 are examined a request',
  request: {
    query: eventFilter.extend({
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z
        .string()
        .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z#[0-9A-Z]{26}$/)
        .optional()
        .meta({ description: '`next_cursor` of the page before.' }),
    }),
  },
  responses: {
    200: json(eventList, 'One page.'),
    400: invalid,
  },
});

export const createEvent = createRoute({
  method: 'post',
  path: '/eventos',
  tags: ['events'],
  summary: 'Create an event; no two have the same title, date and city',
  request: { ...idempotent, ...body(eventRequest) },
  responses: {
    201: json(calendarEvent, 'Created; `Location` names it.'),
    400: invalid,
    409: problemOf('There is one of this title, date and city: `event_id` names it.'),
    413: tooLarge,
    415: notJson,
    422: problemOf('The Idempotency-Key was used with another body.'),
  },
});

export const getEvent = createRoute({
  method: 'get',
  path: '/eventos/{id}',
  tags: ['events'],
  summary: 'One event',
  request: byId,
  responses: { 200: json(calendarEvent, 'The event; `ETag` is its version.'), 404: missing },
});

export const replaceEvent = createRoute({
  method: 'put',
  path: '/eventos/{id}',
  tags: ['events'],
  summary: 'Replace an event whole: what is not said becomes as if it had never been',
  request: {
    ...byId,
    ...ifMatch,
    ...body(eventRequest.extend({ version: seenVersion }).meta({ id: 'EventReplacement' })),
  },
  responses: {
    200: json(calendarEvent, 'As it is now; saying again what is so already changes nothing.'),
    400: invalid,
    404: missing,
    409: conflict,
    413: tooLarge,
    415: notJson,
  },
});

const { title, description, event_date, city, participants } = eventRequest.shape;
const { capacity, venue_type, is_accessible, address, past_events, manually_edited, location_name } = localInfo.shape;

/** Without the defaults: what is not said stays as it is. */
export const eventPatch = z
  .strictObject({
    title,
    description: description.removeDefault(),
    event_date,
    city,
    participants: participants.removeDefault(),
    local_info: z
      .strictObject({
        location_name,
        capacity: capacity.removeDefault(),
        venue_type: venue_type.removeDefault(),
        is_accessible: is_accessible.removeDefault(),
        address: address.removeDefault(),
        past_events: past_events.removeDefault(),
        manually_edited: manually_edited.removeDefault(),
      })
      .partial()
      .nullable()
      .meta({ description: 'Only the fields to change; null removes it whole.' }),
    version: seenVersion,
  })
  .partial()
  .meta({ id: 'EventPatch' });
export type EventPatch = z.infer<typeof eventPatch>;

export const patchEvent = createRoute({
  method: 'patch',
  path: '/eventos/{id}',
  tags: ['events'],
  summary: 'Change some fields of an event, and of its local_info',
  request: { ...byId, ...ifMatch, ...body(eventPatch) },
  responses: replaceEvent.responses,
});

export const deleteEvent = createRoute({
  method: 'delete',
  path: '/eventos/{id}',
  tags: ['events'],
  summary: 'Delete an event',
  request: { ...byId, ...ifMatch },
  responses: {
    204: { description: 'Deleted.' },
    404: missing,
    409: problemOf('It was changed since: `version` is its present one.'),
  },
});

export const EXPORT_FORMATS = ['json', 'csv', 'ndjson', 'ics'] as const;
const oneOrZero = z.enum(['0', '1']).default('0');
export const exportQuery = eventFilter.extend({
  format: z.enum(EXPORT_FORMATS).default('json'),
  bom: oneOrZero.meta({ description: 'Of csv: `1` begins with the mark by which Excel knows UTF-8.' }),
  delimiter: z.enum([',', ';']).default(',').meta({ description: 'Of csv: `;` is what Excel expects in Portuguese.' }),
});
export type ExportQuery = z.infer<typeof exportQuery>;

/** Answered by the export function behind the same origin, not by the HTTP API. */
export const downloadEvents = createRoute({
  method: 'get',
  path: '/eventos/download',
  tags: ['events'],
  summary: 'All events, or those that a list would show, as a file',
  request: { query: exportQuery },
  responses: {
    200: {
      description: 'An attachment, sent while it is read. One that breaks off is not whole.',
      content: {
        'application/json': { schema: z.array(eventRequest) },
        'text/csv': { schema: z.string() },
        'application/x-ndjson': { schema: z.string().meta({ description: 'An Event a line.' }) },
        'text/calendar': { schema: z.string() },
      },
    },
    400: invalid,
  },
});
