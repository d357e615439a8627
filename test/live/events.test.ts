import { afterAll, beforeAll, expect, test } from 'vitest';
import { ulid } from 'ulid';
import { eventsTable } from '../../src/events/table.ts';
import { newsTable } from '../../src/news/table.ts';
import { at } from '../support/a-download.ts';
import { aLiveWorld } from '../support/a-live-world.ts';
import { anEvent } from '../support/an-event.ts';
import { someTables } from '../support/tables.ts';

let tables: Awaited<ReturnType<typeof someTables>>;
beforeAll(async () => {
  tables = await someTables();
});
afterAll(() => tables.stop());

const make = async (title: string) => {
  const event = anEvent({ id: ulid(), title });
  expect(await eventsTable(tables.db, tables.names).create(event, null, new Date())).toEqual({ kind: 'created' });
  return event;
};
const newsOf = (channel: string) => newsTable(tables.db, tables.names.news).after(channel, '0');

test('who opens the events hears who is here and how many events there are, then each change and, on resuming, what was missed', async () => {
  const clock = { now: new Date() };
  const world = aLiveWorld(tables, clock);
  await make('A');
  await make('B');
  clock.now = new Date(Date.now() + 1000);
  await world.greet([await world.open('e1', ['events'], clock.now)]);
  expect(world.heard('e1')).toMatchObject([
    { type: 'connection_established' },
    { type: 'presence' },
    { type: 'event_count', data: { total: 2 } },
  ]);

  world.forget();
  const news = await newsOf('events');
  await world.publish(...news);
  expect(world.types('e1')).toEqual(['event_created', 'event_created']);

  world.forget();
  await world.says('e1', { type: 'resume', channel: 'events', seq: news[0]!.seq });
  expect(world.heard('e1')).toMatchObject([{ type: 'event_created', replayed: true, event: { title: 'B' } }]);
});

test('an event that is created while somebody is being greeted is heard, with the number after it', async () => {
  const world = aLiveWorld(tables, { now: new Date() });
  const { look } = world.app;
  const listening = { channel: 'events', downloadId: null };
  const came = new Date();
  const first = await look(listening, came, null);
  const event = await make('Entre dois olhares');
  const second = await look(listening, came, first.seq);
  expect(second.told).toMatchObject([
    { type: 'event_created', event: { id: event.id } },
    { type: 'event_count', data: { total: 3 } },
  ]);
  expect((await look(listening, came, second.seq)).told).toEqual([]);
});

test('administrators hear of what is created by hand, and of nothing else', async () => {
  const table = eventsTable(tables.db, tables.names);
  const before = (await newsOf('admin')).length;
  const { id } = await make('Só uma vez');
  const change = async (title: string | null) =>
    table.change(
      id,
      (event) => ({ kind: 'changed', event: title === null ? null : { ...event, title, version: event.version + 1 } }),
      at(0),
    );
  expect(await change('Outro título')).toMatchObject({ kind: 'changed', event: { version: 2 } });
  expect(await change(null)).toEqual({ kind: 'removed' });
  expect((await newsOf('admin')).slice(before)).toMatchObject([
    { notification: { code: 'event_created', message: 'Novo evento: Só uma vez', data: { event_id: id } } },
  ]);
});
