import type { Dialect, EventColumn } from '../../contract/dialect.ts';
import { EVENT_COLUMNS } from '../../contract/dialect.ts';

const REQUIRED = ['title', 'event_date', 'city'] as const satisfies EventColumn[];
/** What `writeFailedRows` adds. */
export const NOTE_COLUMNS = ['_line', '_error'];
const MOST_UNKNOWN = 50;

// As people head them, without accents, case and spaces; the first that a header has is taken.
const NAMES: Record<EventColumn, string[]> = {
  title: [
    'title',
    'titulo',
    'nome',
    'name',
    'evento',
    'event',
    'nome_do_evento',
    'nome_evento',
    'titulo_do_evento',
    'event_name',
    'event_title',
  ],
  description: ['description', 'descricao', 'desc', 'descricao_do_evento', 'detalhes', 'details', 'sobre', 'about'],
  event_date: [
    'event_date',
    'data',
    'date',
    'data_evento',
    'data_do_evento',
    'data_hora',
    'data_e_hora',
    'datetime',
    'date_time',
    'data_inicio',
    'inicio',
    'start_date',
    'start',
    'quando',
    'when',
  ],
  city: ['city', 'cidade', 'municipio', 'town'],
  participants: ['participants', 'participantes', 'convidados', 'attendees', 'guests'],
  local_info: ['local_info', 'local', 'info_local', 'info_do_local', 'location_info', 'location', 'lugar', 'venue'],
};

type Matched = { columns: Dialect['columns']; unknown: string[]; missing: EventColumn[] };

/** Which cell of the header names which column; what nobody knows and what is missing, by name. */
export function matchColumns(header: string[]): Matched {
  const names = header.map(plainName);
  const columns: Dialect['columns'] = {};
  for (const column of EVENT_COLUMNS) {
    const name = NAMES[column].find((known) => names.includes(known));
    if (name !== undefined) columns[column] = names.indexOf(name);
  }
  const known = new Set(Object.values(columns));
  const unknown = header.filter(
    (name, index) => name.trim() !== '' && !known.has(index) && !NOTE_COLUMNS.includes(name),
  );
  return {
    columns,
    unknown: unknown.slice(0, MOST_UNKNOWN).map((name) => name.trim().slice(0, 60)),
    missing: REQUIRED.filter((column) => columns[column] === undefined),
  };
}

/** Without accents, case, punctuation: `Data do Evento` and `data_do-evento` are one name. */
function plainName(name: string): string {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}
