import { parse } from 'csv-parse/sync';
import ICAL from 'ical.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CalendarEvent } from '../../contract/event.ts';
import { SEED_JSON } from '../support/an-event.ts';
import { listen } from '../support/listeners.ts';
import { aStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await aStack();
});
afterAll(() => stack?.stop());

/** A city of this test's own: a deployment may hold other events. */
const CITY = `Recife ${Date.now()}`;
const [seed] = JSON.parse(SEED_JSON) as [Record<string, unknown>];

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${stack.appUrl}${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}
const json = async (method: string, path: string, body?: unknown) =>
  JSON.parse((await call(method, path, body)).text) as CalendarEvent;
const exported = (query: string) => call('GET', `/eventos/download?city=${encodeURIComponent(CITY)}${query}`);

test('an event is created, heard of, changed, exported in every format and deleted', async () => {
  const [events, admin] = await Promise.all([listen(stack.appUrl, '/ws/eventos'), listen(stack.appUrl, '/ws/admin')]);
  const { total: before } = (await events.until(({ type }) => type === 'event_count'))['data'] as { total: number };

  const made = await json('POST', '/api/v1/eventos', { ...seed, city: CITY });
  expect(made).toMatchObject({ title: 'Evento 1', event_date: '2025-07-01T13:00:00.000Z', version: 1 });
  const about = (event: unknown) => (event as CalendarEvent | undefined)?.id === made.id;
  expect(await events.until(({ type, event }) => type === 'event_created' && about(event))).toMatchObject({
    event: made,
  });
  await events.until(({ type, data }) => type === 'event_count' && (data as { total: number }).total === before + 1);
  await admin.until(
    ({ code, data }) => code === 'event_created' && (data as { event_id: string }).event_id === made.id,
  );

  const changed = await json('PATCH', `/eventos/${made.id}`, { title: 'Evento 2', participants: ['Alice', '=Bob'] });
  await events.until(({ type, event }) => type === 'event_updated' && about(event));
  const shown = { ...seed, title: 'Evento 2', city: CITY, participants: ['Alice', '=Bob'] };

  const file = await exported('');
  expect(file.status).toBe(200);
  expect(file.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(file.headers.get('content-disposition')).toBe('attachment; filename=eventos.json');
  expect(JSON.stringify(JSON.parse(file.text))).toBe(JSON.stringify([shown]));
  for (const prefix of ['/api/v1/eventos', '/api/v1/events']) {
    expect((await call('GET', `${prefix}/download?city=${encodeURIComponent(CITY)}`)).text).toBe(file.text);
  }
  const lines = await exported('&format=ndjson');
  expect(JSON.parse(lines.text)).toEqual(changed);
  const csv = await exported('&format=csv&bom=1&delimiter=;');
  expect(csv.headers.get('content-disposition')).toBe('attachment; filename=eventos.csv');
  const [row] = parse<Record<string, string>>(csv.text, { columns: true, bom: true, delimiter: ';' });
  expect(row).toMatchObject({ title: 'Evento 2', event_date: '2025-07-01T10:00:00', participants: 'Alice;=Bob' });
  const calendar = await exported('&format=ics');
  expect(calendar.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  const component = new ICAL.Component(ICAL.parse(calendar.text) as unknown[] as never);
  expect(component.getFirstSubcomponent('vevent')?.getFirstPropertyValue('summary')).toBe('Evento 2');

  const head = await call('HEAD', '/eventos/download?format=ics');
  expect(head).toMatchObject({ status: 200, text: '' });
  expect(head.headers.get('content-disposition')).toContain('eventos.ics');
  expect(await exported('&format=xlsx')).toMatchObject({
    status: 400,
    text: expect.stringContaining('"field":"format"'),
  });

  expect((await call('DELETE', `/eventos/${made.id}`)).status).toBe(204);
  await events.until(({ type, event }) => type === 'event_deleted' && about(event));
  await events.until(
    ({ type, data, timestamp }) =>
      type === 'event_count' &&
      (data as { total: number }).total === before &&
      Date.parse(String(timestamp)) > Date.parse(changed.updated_at),
  );
  events.close();
  admin.close();
  expect(JSON.parse((await exported('')).text)).toEqual([]);
}, 60_000);

test('a hundred and twenty events go through the streaming function, each once and in order', async () => {
  const city = `Olinda ${Date.now()}`;
  const day = (index: number) => new Date(Date.UTC(2030, 0, 1, index)).toISOString();
  const count = 120;
  for (let start = 0; start < count; start += 20) {
    const some = Array.from({ length: 20 }, (_, index) => start + index);
    const made = await Promise.all(
      some.map((index) => call('POST', '/eventos', { title: `Evento ${index}`, event_date: day(index), city })),
    );
    expect(made.map(({ status }) => status)).toEqual(some.map(() => 201));
  }
  const { text } = await call(
    'GET',
    `/eventos/download?format=ndjson&from=2030-01-01&city=${encodeURIComponent(city)}`,
  );
  const dates = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as CalendarEvent).event_date);
  expect(dates).toEqual(Array.from({ length: count }, (_, index) => day(index)).filter((at) => at >= '2030-01-01T03'));
}, 60_000);
