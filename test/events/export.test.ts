import ICAL from 'ical.js';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { ExportQuery } from '../../contract/event-routes.ts';
import { answerExport } from '../../src/events/export/answer-export.ts';
import { ESCAPED } from '../../src/events/export/csv.ts';
import type { EventRecord } from '../../src/events/event.ts';
import type { EventListing } from '../../src/events/listing/table.ts';
import { anEvent, SEED_JSON } from '../support/an-event.ts';

/** A listing of these, so many a page. */
function listingOf(events: EventRecord[], size = 2): Pick<EventListing, 'walk'> & { read: () => number } {
  let read = 0;
  return {
    read: () => read,
    async *walk() {
      for (let start = 0; start < events.length; start += size) {
        read += 1;
        yield events.slice(start, start + size);
      }
    },
  };
}

function exported(events: EventRecord[], query: Partial<ExportQuery> | Record<string, string> = {}) {
  const app = { eventListing: listingOf(events), timeZone: 'America/Sao_Paulo' };
  const answer = answerExport(app, { query: query as Record<string, string>, language: null });
  if (!('chunks' in answer)) throw new Error(JSON.stringify(answer));
  return answer;
}

async function textOf(...args: Parameters<typeof exported>): Promise<string> {
  let text = '';
  for await (const chunk of exported(...args).chunks) text += chunk;
  return text;
}

const compact = (json: string) => JSON.stringify(JSON.parse(json));
const HOSTILE = [
  "=cmd|' /C calc'!A0",
  '@SUM(1+1)',
  '-2+3',
  '+55 81 9999-0000',
  "'=já com apóstrofo",
  "''@dois",
  "'não é fórmula",
  '＝ＨＹＰＥＲＬＩＮＫ',
  'Aspas "duplas" e \'simples\'',
  'linha um\r\nlinha dois',
  'vírgula, ponto e vírgula; barra \\ e \\n',
  'Festa 🎉 de São João 👩‍👩‍👧‍👦 '.repeat(5).trim(),
  'ça'.repeat(90),
  'END:VEVENT',
  '[colchetes]',
  '\u0001controle',
];
const hostile = HOSTILE.map((title, index) =>
  anEvent({
    id: `01JDC8Z1Q5W3N7XK2V9T4B6M${String(index).padStart(2, '0')}`,
    title,
    description: title,
    city: title.slice(0, 100),
    participants: [title, 'Bob; o construtor'],
    local_info: index % 2 === 0 ? null : anEvent().local_info,
  }),
);

test("the seed's event is exported as the seed shows it", async () => {
  expect(compact(await textOf([anEvent()]))).toBe(compact(SEED_JSON));
  expect(JSON.parse(await textOf([]))).toEqual([]);
  expect(exported([])).toMatchObject({
    fileName: 'eventos.json',
    contentType: 'application/json; charset=utf-8',
  });
});

test.each([
  [{ format: 'csv' }, ','],
  [{ format: 'csv', delimiter: ';', bom: '1' }, ';'],
])('what %o says is read back exactly, whatever it is', async (query, delimiter) => {
  const text = await textOf(hostile, query);
  expect(text.startsWith('\uFEFF')).toBe('bom' in query);
  const rows = parse<Record<string, string>>(text, { columns: true, bom: true, delimiter });
  const was = (cell: string) => (ESCAPED.test(cell) ? cell.slice(1) : cell);
  expect(Object.keys(rows[0]!)).toEqual(['title', 'description', 'event_date', 'city', 'participants', 'local_info']);
  expect(
    rows.map((row) => ({
      title: was(row['title']!),
      description: was(row['description']!),
      event_date: row['event_date'],
      city: was(row['city']!),
      participants: JSON.parse(was(row['participants']!)) as unknown,
      local_info: row['local_info'] === '' ? null : (JSON.parse(row['local_info']!) as unknown),
    })),
  ).toEqual(JSON.parse(await textOf(hostile)));
  for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
});

test("the seed's event as CSV has the seed's columns, with quotes doubled", async () => {
  const [header, row] = (await textOf([anEvent()], { format: 'csv' })).split('\r\n');
  expect(header).toBe('title,description,event_date,city,participants,local_info');
  expect(row).toMatch(/^Evento 1,Descrição do evento,2025-07-01T10:00:00,Recife,Alice;Bob,"\{""location_name"":""Audi/);
});

test('as lines of JSON each event is whole, as the API answers it', async () => {
  const lines = (await textOf(hostile, { format: 'ndjson' })).trimEnd().split('\n');
  const { owner: _, ...view } = hostile[3]!;
  expect(lines.map((line) => JSON.parse(line) as EventRecord)).toHaveLength(hostile.length);
  expect(JSON.parse(lines[3]!)).toEqual(view);
});

test('as a calendar it is read by others as it was meant', async () => {
  const text = await textOf([anEvent(), ...hostile], { format: 'ics' });
  for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[] as never);
  expect(calendar.getFirstPropertyValue('version')).toBe('2.0');
  const events = calendar.getAllSubcomponents('vevent').map((component) => new ICAL.Event(component));
  const shown = (title: string) => title.replaceAll('\r\n', '\n').replace('\u0001', '');
  expect(events.map(({ summary }) => summary)).toEqual(['Evento 1', ...HOSTILE.map(shown)]);
  expect(new Set(events.map(({ uid }) => uid)).size).toBe(events.length);
  const [first] = events;
  expect(first!.startDate.toJSDate().toISOString()).toBe('2025-07-01T13:00:00.000Z');
  expect(first!.location).toBe('Auditório Central, Rua Exemplo, 123, Recife');
  expect(first!.description).toBe('Descrição do evento\n\nParticipantes: Alice, Bob');
});

test('the next page is read only when the one before has been taken', async () => {
  const listing = listingOf(Array.from({ length: 10 }, () => anEvent()));
  const answer = answerExport({ eventListing: listing, timeZone: 'UTC' }, { query: {}, language: null });
  if (!('chunks' in answer)) throw new Error('refused');
  const chunks = answer.chunks[Symbol.asyncIterator]();
  expect(listing.read()).toBe(0);
  await chunks.next();
  await chunks.next();
  expect(listing.read()).toBe(1);
  await chunks.next();
  expect(listing.read()).toBe(2);
});

test('a page that cannot be read ends the file by an error, never by its proper end', async () => {
  const failing: Pick<EventListing, 'walk'> = {
    async *walk() {
      yield [anEvent()];
      throw new Error('lost');
    },
  };
  const answer = answerExport({ eventListing: failing, timeZone: 'UTC' }, { query: {}, language: null });
  if (!('chunks' in answer)) throw new Error('refused');
  let text = '';
  const read = async () => {
    for await (const chunk of answer.chunks) text += chunk;
  };
  await expect(read()).rejects.toThrow('lost');
  expect(text).toContain('Evento 1');
  expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
});

test.each([
  [{ format: 'xlsx' }, 'format', 'invalid_value'],
  [{ delimiter: '|' }, 'delimiter', 'invalid_value'],
  [{ from: '31/02/2025' }, 'from', 'date_impossible'],
  [{ to: 'ontem' }, 'to', 'date_not_understood'],
])('%o is refused by its field', (query, field, code) => {
  const app = { eventListing: listingOf([]), timeZone: 'UTC' };
  const answer = answerExport(app, { query, language: 'en' });
  expect(answer).toMatchObject({ statusCode: 400, problem: { errors: [{ field, code }] } });
});
