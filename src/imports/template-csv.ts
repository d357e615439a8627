import { EVENT_COLUMNS, type EventColumn } from '../../contract/dialect.ts';

const EXAMPLE: Record<EventColumn, string> = {
  title: 'Evento 1',
  description: 'Descrição do evento',
  event_date: '2025-07-01T10:00:00',
  city: 'Recife',
  participants: 'Alice;Bob',
  local_info: JSON.stringify({
    location_name: 'Auditório Central',
    capacity: 300,
    venue_type: 'Auditório',
    is_accessible: true,
    address: 'Rua Exemplo, 123',
    past_events: [],
    manually_edited: false,
  }),
};

/** A CSV to begin with, as RFC 4180 has it, with the mark by which Excel knows UTF-8. */
export const TEMPLATE_CSV = `\u{FEFF}${[EVENT_COLUMNS, EVENT_COLUMNS.map((column) => EXAMPLE[column])]
  .map((cells) => `${cells.map(quoted).join(',')}\r\n`)
  .join('')}`;

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
