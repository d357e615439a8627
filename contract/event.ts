import * as z from 'zod';

const timestamp = z.iso.datetime().meta({ example: '2025-07-01T13:00:00.000Z' });
const text = (most: number) => z.string().trim().min(1).max(most);

/** Where it happens, with the seven fields of the second seed. */
export const localInfo = z
  .strictObject({
    location_name: text(200).min(2).meta({ example: 'Auditório Central' }),
    capacity: z.int().min(0).max(10_000_000).default(1),
    venue_type: text(60)
      .nullable()
      .default(null)
      .meta({ description: 'Known kinds are written one way, whatever their accents and case; others as given.' }),
    is_accessible: z.boolean().default(false),
    address: text(500).nullable().default(null),
    past_events: z.array(text(200)).max(500).default([]),
    manually_edited: z.boolean().default(false),
  })
  .meta({ id: 'LocalInfo' });
export type LocalInfo = z.infer<typeof localInfo>;

/** Written so, however people write them: compared without accents and case. */
export const VENUE_TYPES = ['Auditório', 'Salão', 'Teatro', 'Praça', 'Parque', 'Estádio', 'Escola', 'Museu', 'Online'];

/** What somebody says of an event. A date without a zone is one of the configured zone. */
export const eventRequest = z
  .strictObject({
    title: text(200).meta({ example: 'Evento 1' }),
    description: z.string().trim().max(5_000).default(''),
    event_date: z
      .string()
      .max(40)
      .meta({ example: '2025-07-01T10:00:00', description: 'ISO 8601, or dd/mm/aaaa hh:mm.' }),
    city: text(100).meta({ example: 'Recife' }),
    participants: z.array(text(200)).max(1_000).default([]),
    local_info: localInfo.nullable().default(null),
  })
  .meta({ id: 'EventRequest' });
export type EventRequest = z.infer<typeof eventRequest>;

/** A calendar event as everybody may know it. */
export const calendarEvent = z
  .object({
    id: z.string().meta({ example: '01JDC8Z1Q5W3N7XK2V9T4B6M8R' }),
    ...eventRequest.shape,
    event_date: timestamp,
    version: z
      .int()
      .min(1)
      .meta({ description: 'Counted up by each change; send it back to change what you have seen.' }),
    created_at: timestamp,
    updated_at: timestamp,
  })
  .meta({ id: 'Event' });
export type CalendarEvent = z.infer<typeof calendarEvent>;

export const eventList = z
  .object({
    events: z.array(calendarEvent),
    next_cursor: z.string().nullable(),
    examined: z.int().meta({ description: 'How many events were looked at for this page.' }),
  })
  .meta({ id: 'EventList' });
