import { describe, expect, test } from 'vitest';
import { EVENT_COLUMNS, type DateStyle } from '../../contract/dialect.ts';
import { parseRow } from '../../src/imports/parse-row.ts';
import { parseDate } from '../support/read-csv.ts';

const columns = Object.fromEntries(EVENT_COLUMNS.map((column, index) => [column, index]));
type Cells = Partial<Record<(typeof EVENT_COLUMNS)[number], string>>;

function parse(cells: Cells, language: 'pt' | 'en' = 'pt', date_style: DateStyle = 'iso') {
  const all = { title: 'A', event_date: '2025-07-01T10:00', city: 'Recife', ...cells };
  const row = {
    kind: 'row',
    line: 7,
    from: 0,
    to: 9,
    nextLine: 8,
    cells: EVENT_COLUMNS.map((column) => all[column] ?? ''),
  } as const;
  return parseRow({ dialect: { columns, width: 6, date_style }, parseDate, language }, row);
}

function eventOf(cells: Cells) {
  const parsed = parse(cells);
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.errors));
  return parsed.event;
}

const local = (fields: object) =>
  eventOf({ local_info: JSON.stringify({ location_name: 'Teatro', ...fields }) }).local_info;
const errorsOf = (cells: Cells) => {
  const parsed = parse(cells);
  return parsed.kind === 'event' ? [] : parsed.errors.map(({ column, code, value }) => [column, code, value]);
};

test('what is empty is left to its default', () => {
  expect(eventOf({})).toEqual({
    title: 'A',
    description: '',
    event_date: '2025-07-01T13:00:00.000Z',
    city: 'Recife',
    participants: [],
    local_info: null,
  });
});

test.each([
  ['Alice;Bob', ['Alice', 'Bob']],
  [' Alice ; Bob ;', ['Alice', 'Bob']],
  ['Silva, Ana; Souza, Rui', ['Silva, Ana', 'Souza, Rui']],
  ['Alice|Bob', ['Alice', 'Bob']],
  ['Alice, Bob', ['Alice', 'Bob']],
  ['Alice\nBob', ['Alice', 'Bob']],
  ['Alice', ['Alice']],
  [' ; ', []],
])('the participants of %j', (cell, participants) =>
  expect(eventOf({ participants: cell }).participants).toEqual(participants),
);

describe('local_info', () => {
  test.each([
    [300, 300],
    ['300', 300],
    ['300,0', 300],
    ['1.500', 1500],
    ['1,500', 1500],
    ['1 500', 1500],
    ['1.500,00', 1500],
    ['1,500.00', 1500],
    ['10.000.000', 10_000_000],
    [null, 1],
    ['', 1],
  ])('has a capacity of %j', (written, capacity) => expect(local({ capacity: written })?.capacity).toBe(capacity));

  test.each([
    ['sim', true],
    ['Não', false],
    ['NAO', false],
    ['true', true],
    ['yes', true],
    ['0', false],
    [1, true],
    [0, false],
    [null, false],
  ])('is accessible: %j', (written, is) => expect(local({ is_accessible: written })?.is_accessible).toBe(is));

  test.each([
    ['auditorio', 'Auditório'],
    ['ESTÁDIO', 'Estádio'],
    ['Galpão', 'Galpão'],
    ['', null],
  ])('is a %j', (written, kind) => expect(local({ venue_type: written })?.venue_type).toBe(kind));

  test.each([
    [{ capacity: '1,5' }, 'capacity', 'invalid_number', '1,5'],
    [{ capacity: 2.5 }, 'capacity', 'invalid_number', '2.5'],
    [{ capacity: -1 }, 'capacity', 'out_of_range', '-1'],
    [{ capacity: '99.999.999' }, 'capacity', 'out_of_range', '99999999'],
    [{ location_name: 'T' }, 'location_name', 'too_short', 'T'],
    [{ location_name: null }, 'location_name', 'required', ''],
    [{ location_name: 5 }, 'location_name', 'invalid_text', '5'],
    [{ is_accessible: 'talvez' }, 'is_accessible', 'invalid_boolean', 'talvez'],
    [{ past_events: [1] }, 'past_events', 'invalid_text', '1'],
    [{ past_events: {} }, 'past_events', 'invalid_list', '{}'],
    [{ colour: 'blue' }, 'colour', 'unknown_field', 'blue'],
  ])('is refused for %j', (fields, field, code, value) => {
    expect(errorsOf({ local_info: JSON.stringify({ location_name: 'Teatro', ...fields }) })).toEqual([
      [`local_info.${field}`, code, value],
    ]);
  });

  test.each(['[1]', '"Teatro"', '5', 'true', '{'])('is no object: %s', (local_info) =>
    expect(errorsOf({ local_info })).toEqual([['local_info', 'invalid_json', local_info]]),
  );

  test('inherits nothing from what the cell says', () => {
    const cell = '{"location_name":"Teatro","__proto__":{"capacity":9}}';
    expect(eventOf({ local_info: cell }).local_info).toEqual(local({}));
  });
});

test.each([
  ["'=SUM(A1)", '=SUM(A1)'],
  ["'-10%", '-10%'],
  ["'@casa", '@casa'],
  ["'Round Midnight", "'Round Midnight"],
])('the apostrophe of an export goes, that of a text stays: %s', (cell, title) =>
  expect(eventOf({ title: cell }).title).toBe(title),
);

test.each([
  ['31/12/2025 10:00', 'day_first', '2025-12-31T13:00:00.000Z'],
  ['12/31/2025 10:00', 'month_first', '2025-12-31T13:00:00.000Z'],
  ['2025-12-31T10:00:00Z', 'month_first', '2025-12-31T10:00:00.000Z'],
] as const)('%s, %s, is %s', (event_date, style, iso) =>
  expect(parse({ event_date }, 'pt', style)).toMatchObject({ event: { event_date: iso } }),
);

test('every mistake of a row is told, with its line, column, value and a sentence', () => {
  const cells = { title: 'x'.repeat(300), city: ' ', event_date: 'amanhã', local_info: 'o teatro' };
  const errors = (language: 'pt' | 'en') => {
    const parsed = parse(cells, language);
    return parsed.kind === 'event' ? [] : parsed.errors;
  };
  expect(errors('pt')).toEqual([
    {
      line: 7,
      column: 'event_date',
      code: 'invalid_date',
      value: 'amanhã',
      message: 'Não é uma data conhecida. Use 2025-07-01T10:00:00 ou 01/07/2025 10:00.',
    },
    {
      line: 7,
      column: 'local_info',
      code: 'invalid_json',
      value: 'o teatro',
      message: 'Não é um objeto JSON. Deixe vazio ou use {"location_name": "…"}.',
    },
    {
      line: 7,
      column: 'title',
      code: 'too_long',
      value: 'x'.repeat(200),
      message: 'É longo demais: no máximo 200 caracteres.',
      numbers: { limit: 200 },
    },
    { line: 7, column: 'city', code: 'required', value: '', message: 'Está vazio, mas é obrigatório.' },
  ]);
  expect(errors('en').map(({ message }) => message)).toContain('It is too long: at most 200 characters.');
});

test('a value that is shown is not cut amid a character', () => {
  expect(errorsOf({ title: '🎬'.repeat(300) })).toEqual([['title', 'too_long', '🎬'.repeat(200)]]);
});

test('two ways to write an event are one event', () => {
  const one = parse(
    { participants: 'A;B', local_info: '{"location_name":"Teatro","capacity":300}' },
    'pt',
    'day_first',
  );
  const other = parse(
    {
      title: ' A ',
      event_date: '01/07/2025 10:00',
      participants: '["A", "B"]',
      local_info: '{"capacity":"300","location_name":"Teatro","venue_type":null}',
    },
    'pt',
    'day_first',
  );
  expect(one.kind).toBe('event');
  expect(other).toEqual(one);
});

test('of a row with very many mistakes the first twenty are told, and how many more there are', () => {
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`field_${n}`, n])));
  const parsed = parse({ title: '', local_info: many }, 'pt', 'iso');
  const errors = parsed.kind === 'failed' ? parsed.errors : [];
  expect(errors).toHaveLength(21);
  expect(errors.at(-1)).toMatchObject({ column: null, code: 'more_errors', numbers: { found: 282 } });
});
