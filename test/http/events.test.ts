import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CalendarEvent } from '../../contract/event.ts';
import { eventCounter } from '../../src/events/counters/table.ts';
import { newsTable } from '../../src/news/table.ts';
import { anApi, ORIGIN_KEY } from '../support/an-api.ts';
import { SEED_JSON } from '../support/an-event.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
let api: ReturnType<typeof anApi>;
beforeEach(async () => {
  world = await someTables();
  api = anApi(world);
});
afterEach(() => world.stop());

type Answer = { status: number; headers: Headers; body: CalendarEvent & Record<string, unknown> };
async function call(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer> {
  const headers = { 'x-origin-key': ORIGIN_KEY, 'content-type': 'application/json', ...more };
  const response = await api.request(path, {
    method,
    headers,
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const answered = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
  return { status: response.status, headers: response.headers, body: answered };
}
const [seed] = JSON.parse(SEED_JSON) as [Record<string, unknown>];
const create = async (changes: Record<string, unknown> = {}) => {
  const answer = await call('POST', '/eventos', { ...seed, ...changes });
  expect(answer.status).toBe(201);
  return answer.body;
};
const list = async (query = '') => {
  const { status, body } = await call('GET', `/eventos${query}`);
  expect(status).toBe(200);
  return body as unknown as { events: CalendarEvent[]; next_cursor: string | null; examined: number };
};
const titles = async (query = '') => (await list(query)).events.map(({ title }) => title);
const total = () => eventCounter(world.db, world.names.events)();
const told = async (channel: string) =>
  (await newsTable(world.db, world.names.news).after(channel, '0')).map(({ notification }) => notification);

test("the seed's event is created with its location and version, and found at every address", async () => {
  const { status, headers, body } = await call('POST', '/eventos', seed);
  expect(status).toBe(201);
  expect(headers.get('location')).toBe(`/eventos/${body.id}`);
  expect(headers.get('etag')).toBe('"1"');
  expect(body).toMatchObject({ ...seed, event_date: '2025-07-01T13:00:00.000Z', version: 1 });
  for (const path of ['/eventos', '/api/v1/eventos', '/api/v1/events']) {
    expect((await call('GET', `${path}/${body.id}`)).body).toEqual(body);
    expect((await call('GET', path)).body).toMatchObject({ events: [body], next_cursor: null });
  }
  expect((await call('GET', `/events/${body.id}`)).status).toBe(404);
  expect(await total()).toBe(1);
  expect(await told('events')).toMatchObject([{ type: 'event_created', event: body }]);
  expect(await told('admin')).toMatchObject([
    { type: 'admin_notification', code: 'event_created', data: { event_id: body.id, title: 'Evento 1' } },
  ]);
});

test.each([
  ['no title', { title: undefined }, 'title', 'invalid_type'],
  ['a blank title', { title: '  ' }, 'title', 'too_small'],
  ['a title of 201 characters', { title: 'a'.repeat(201) }, 'title', 'too_big'],
  ['a day that does not exist', { event_date: '30/02/2025' }, 'event_date', 'date_impossible'],
  ['a date nobody understands', { event_date: 'em breve' }, 'event_date', 'date_not_understood'],
  ['a number for a date', { event_date: 20250701 }, 'event_date', 'invalid_type'],
  ['an unknown field', { tittle: 'x' }, 'tittle', 'unrecognized_keys'],
  ['text for participants', { participants: 'Alice;Bob' }, 'participants', 'invalid_type'],
  ['an empty participant', { participants: ['Alice', ''] }, 'participants.1', 'too_small'],
  ['a place without name', { local_info: { capacity: 3 } }, 'local_info.location_name', 'invalid_type'],
  ['a negative capacity', { local_info: { location_name: 'Sala', capacity: -1 } }, 'local_info.capacity', 'too_small'],
  ['an unknown field of a place', { local_info: { location_name: 'Sala', x: 1 } }, 'local_info.x', 'unrecognized_keys'],
  [
    'more than 30 kB',
    { participants: Array.from({ length: 999 }, () => 'á'.repeat(100)) },
    '(body)',
    'event_too_large',
  ],
])('%s is refused by its field, in the language of the caller', async (_name, changes, field, code) => {
  const answers = [
    await call('POST', '/eventos', { ...seed, ...changes }),
    await call('POST', '/eventos', { ...seed, ...changes }, { 'accept-language': 'en' }),
  ];
  for (const { status, body } of answers) {
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_request', errors: [{ field, code, message: expect.any(String) }] });
  }
  expect(JSON.stringify(answers[0]!.body['errors'])).not.toBe(JSON.stringify(answers[1]!.body['errors']));
  expect(await total()).toBe(0);
});

test('what is the same but for accents, case and spaces is the same event', async () => {
  const { id } = await create({ title: 'São João na Praça', city: 'Recife' });
  const same = { ...seed, title: '  SAO  JOÃO NA PRACA', city: 'récife ', event_date: '01/07/2025 10:00' };
  const answer = await call('POST', '/api/v1/events', same);
  expect(answer.status).toBe(409);
  expect(answer.body).toMatchObject({ code: 'event_exists', event_id: id });
  await create({ title: 'São João na Praça', city: 'Olinda' });
  await create({ title: 'São João na Praça', event_date: '2025-07-01T10:01' });
  expect(await total()).toBe(3);
  expect((await call('DELETE', `/eventos/${id}`)).status).toBe(204);
  expect((await call('POST', '/eventos', same)).status).toBe(201);
});

test('ten people who create the same event at once create one', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', '/eventos', seed)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
  expect(await total()).toBe(1);
  expect(await told('events')).toHaveLength(1);
});

test('the same Idempotency-Key gives the same answer, and with another body none', async () => {
  const key = { 'idempotency-key': 'k1' };
  const first = await call('POST', '/eventos', seed, key);
  const again = await call('POST', '/eventos', seed, key);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(`/eventos/${first.body.id}`);
  expect((await call('POST', '/eventos', { ...seed, title: 'Outro' }, key)).body).toMatchObject({
    code: 'idempotency_conflict',
  });
  expect(await total()).toBe(1);
});

test('PUT replaces whole, PATCH changes what it says, and both tell it', async () => {
  const { id } = await create();
  const put = await call('PUT', `/eventos/${id}`, { title: 'Novo', event_date: '2025-08-01', city: 'Natal' });
  expect(put.status).toBe(200);
  expect(put.headers.get('etag')).toBe('"2"');
  expect(put.body).toMatchObject({ title: 'Novo', description: '', participants: [], local_info: null, version: 2 });
  expect(put.body.event_date).toBe('2025-08-01T03:00:00.000Z');

  const place = { location_name: 'Teatro', capacity: 10, venue_type: 'SALAO' };
  const patched = await call('PATCH', `/api/v1/events/${id}`, { participants: ['Ana'], local_info: place });
  expect(patched.body).toMatchObject({ title: 'Novo', city: 'Natal', participants: ['Ana'], version: 3 });
  expect(patched.body.local_info).toMatchObject({ ...place, venue_type: 'Salão', is_accessible: false });
  const more = await call('PATCH', `/eventos/${id}`, { local_info: { capacity: 20 } });
  expect(more.body.local_info).toMatchObject({ location_name: 'Teatro', capacity: 20, venue_type: 'Salão' });
  expect(more.body.participants).toEqual(['Ana']);
  expect((await call('PATCH', `/eventos/${id}`, { local_info: null })).body.local_info).toBeNull();
  expect(await told('events')).toMatchObject([
    { type: 'event_created' },
    ...[2, 3, 4, 5].map((version) => ({ type: 'event_updated', event: { id, version } })),
  ]);
  expect((await call('PATCH', `/eventos/${id}`, { local_info: { capacity: 3 } })).body).toMatchObject({
    code: 'invalid_request',
    errors: [{ field: 'local_info.location_name' }],
  });
  expect((await call('PATCH', `/eventos/${id}`, { event_date: '31/04/2025' })).body).toMatchObject({
    errors: [{ field: 'event_date', code: 'date_impossible' }],
  });
});

test('saying what is so already changes nothing and tells nobody', async () => {
  const event = await create();
  for (const [method, body] of [
    ['PATCH', {}],
    ['PATCH', { title: ' Evento 1 ' }],
    ['PUT', seed],
  ] as const) {
    expect((await call(method, `/eventos/${event.id}`, body)).body).toEqual(event);
  }
  expect(await told('events')).toHaveLength(1);
});

test('who says which version is meant does not change another', async () => {
  const { id } = await create();
  const path = `/eventos/${id}`;
  expect((await call('PATCH', path, { title: 'A', version: 1 })).status).toBe(200);
  const stale = { status: 409, body: { code: 'version_conflict', version: 2 } };
  expect(await call('PATCH', path, { title: 'B', version: 1 })).toMatchObject(stale);
  expect(await call('PUT', path, { ...seed, version: 1 })).toMatchObject(stale);
  expect(await call('PATCH', path, { title: 'B' }, { 'if-match': '"1"' })).toMatchObject(stale);
  expect(await call('DELETE', path, undefined, { 'if-match': 'W/"1"' })).toMatchObject(stale);
  expect(await call('PATCH', path, { title: 'B', version: 2 }, { 'if-match': '"1"' })).toMatchObject(stale);
  expect((await call('PATCH', path, { title: 'B' }, { 'if-match': '"nonsense"' })).status).toBe(400);
  expect((await call('PATCH', path, { title: 'B' }, { 'if-match': '*' })).body.version).toBe(3);
  expect((await call('DELETE', path, undefined, { 'if-match': '"3"' })).status).toBe(204);
});

test('twelve people who change different fields at once lose nothing', async () => {
  const { id } = await create();
  const fields = { description: 'd', participants: ['p'], title: 't', city: 'c' };
  const places = {
    capacity: 7,
    address: 'Rua Nova, 1',
    is_accessible: false,
    past_events: ['x'],
    manually_edited: true,
  };
  const patches = [
    ...Object.entries(fields).map(([name, value]) => ({ [name]: value })),
    ...Object.entries(places).map(([name, value]) => ({ local_info: { [name]: value } })),
  ];
  const answers = await Promise.all(patches.map((patch) => call('PATCH', `/eventos/${id}`, patch)));
  expect(answers.map(({ status }) => status)).toEqual(patches.map(() => 200));
  const { body } = await call('GET', `/eventos/${id}`);
  expect(body).toMatchObject({ ...fields, local_info: places, version: 1 + patches.length });
});

test('an event does not become another that there is, and leaves its old name free', async () => {
  const first = await create({ title: 'A' });
  const second = await create({ title: 'B' });
  for (const [method, body] of [
    ['PUT', { ...seed, title: 'á' }],
    ['PATCH', { title: ' a ' }],
  ] as const) {
    const answer = await call(method, `/eventos/${second.id}`, body);
    expect(answer).toMatchObject({ status: 409, body: { code: 'event_exists', event_id: first.id } });
  }
  expect((await call('PATCH', `/eventos/${first.id}`, { title: 'Á' })).body).toMatchObject({ title: 'Á', version: 2 });
  expect((await call('PATCH', `/eventos/${first.id}`, { title: 'C' })).status).toBe(200);
  expect((await call('PATCH', `/eventos/${second.id}`, { title: 'A' })).status).toBe(200);
  expect(await total()).toBe(2);
});

test('a deleted event is gone for everybody, once', async () => {
  const event = await create();
  expect((await call('DELETE', `/eventos/${event.id}`)).status).toBe(204);
  for (const [method, body] of [['GET'], ['DELETE'], ['PUT', seed], ['PATCH', {}]] as const) {
    expect(await call(method, `/eventos/${event.id}`, body)).toMatchObject({
      status: 404,
      body: { code: 'event_not_found', title: 'Este evento não existe.' },
    });
  }
  expect(await titles()).toEqual([]);
  expect(await total()).toBe(0);
  expect(await told('events')).toMatchObject([{ type: 'event_created' }, { type: 'event_deleted', event }]);
});

test('paths that are no ids are no events, whatever stands there', async () => {
  for (const path of ['/eventos/upload', '/eventos/none', '/eventos/a%2Fb', '/api/v1/events/upload']) {
    expect(await call('GET', path), path).toMatchObject({ status: 404, body: { code: 'event_not_found' } });
  }
  expect((await call('PATCH', '/eventos', {})).status).toBe(405);
  expect((await call('POST', '/eventos', 'title=x', { 'content-type': 'text/csv' })).status).toBe(415);
});

test('a list goes by date, page by page, by city, period and text', async () => {
  const days = ['03', '01', '05', '02', '04'];
  for (const day of days) await create({ title: `Dia ${day}`, event_date: `2025-07-${day}T20:00`, city: 'São Paulo' });
  await create({
    title: 'Fim',
    event_date: '2025-07-05T23:59:59.999',
    city: 'Olinda',
    description: 'Frevo e maracatu',
  });
  const all = ['Dia 01', 'Dia 02', 'Dia 03', 'Dia 04', 'Dia 05', 'Fim'];
  expect(await titles()).toEqual(all);
  expect(await titles('?city=sao%20paulo')).toEqual(all.slice(0, 5));
  expect(await titles('?city=S%C3%83O+PAULO&from=2025-07-02&to=04/07/2025')).toEqual(all.slice(1, 4));
  expect(await titles('?city=Natal')).toEqual([]);
  expect(await titles('?from=2025-07-05')).toEqual(['Dia 05', 'Fim']);
  expect(await titles('?to=2025-07-05')).toEqual(all);
  expect(await titles('?to=2025-07-01T20:00')).toEqual(['Dia 01']);
  expect(await titles('?to=2025-07-01T19:59:59')).toEqual([]);
  expect(await titles('?from=2025-07-05&to=2025-07-01')).toEqual([]);
  expect(await titles('?q=MARACATU')).toEqual(['Fim']);
  expect(await titles('?q=s%C3%A3o&limit=2')).toEqual(['Dia 01', 'Dia 02']);

  for (const query of ['', '&city=sao paulo', '&q=dia']) {
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await list(`?limit=2${query}${from}`);
      seen.push(...page.events.map(({ title }) => title));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(query === '' ? all : all.slice(0, 5));
  }
  for (const query of ['limit=0', 'limit=101', 'cursor=x', 'from=x', 'to=31/04/2025']) {
    expect((await call('GET', `/eventos?${query}`)).body).toMatchObject({
      code: 'invalid_request',
      errors: [{ field: query.split('=')[0] }],
    });
  }
});

test('an event that moves to another day and city is listed there alone', async () => {
  const { id } = await create();
  await call('PATCH', `/eventos/${id}`, { event_date: '2026-01-01', city: 'Olinda' });
  expect(await titles('?city=Recife')).toEqual([]);
  expect(await titles('?city=olinda')).toEqual(['Evento 1']);
  expect(await titles('?to=2025-12-31T23:59')).toEqual([]);
  expect((await list()).events).toHaveLength(1);
});
