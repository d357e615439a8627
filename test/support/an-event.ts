import type { EventRecord } from '../../src/events/event.ts';

/** The event of the second seed, with what the test cares about changed. */
export function anEvent(changes: Partial<EventRecord> = {}): EventRecord {
  return {
    id: '01JDC8Z1Q5W3N7XK2V9T4B6M8R',
    owner: 'anonymous',
    title: 'Evento 1',
    description: 'Descrição do evento',
    event_date: '2025-07-01T13:00:00.000Z',
    city: 'Recife',
    participants: ['Alice', 'Bob'],
    local_info: {
      location_name: 'Auditório Central',
      capacity: 300,
      venue_type: 'Auditório',
      is_accessible: true,
      address: 'Rua Exemplo, 123',
      past_events: [],
      manually_edited: false,
    },
    version: 1,
    created_at: '2025-06-01T12:00:00.000Z',
    updated_at: '2025-06-01T12:00:00.000Z',
    ...changes,
  };
}

/** As the second seed writes it in JSON. */
export const SEED_JSON = `[
  {
    "title": "Evento 1",
    "description": "Descrição do evento",
    "event_date": "2025-07-01T10:00:00",
    "city": "Recife",
    "participants": ["Alice", "Bob"],
    "local_info": {
      "location_name": "Auditório Central",
      "capacity": 300,
      "venue_type": "Auditório",
      "is_accessible": true,
      "address": "Rua Exemplo, 123",
      "past_events": [],
      "manually_edited": false
    }
  }
]`;
