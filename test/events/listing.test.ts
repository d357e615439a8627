import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventWrites } from '../../src/events/change-event.ts';
import { eventListing } from '../../src/events/listing/table.ts';
import { anEvent } from '../support/an-event.ts';
import { someTables } from '../support/tables.ts';

let world: Awaited<ReturnType<typeof someTables>>;
beforeAll(async () => {
  world = await someTables();
});
afterAll(() => world.stop());

const COUNT = 1_300;
const dateOf = (index: number) => new Date(Date.UTC(2025, 0, 1, 0, index)).toISOString();
/** Of each pair two on the same instant; every tenth in another city. */
const events = Array.from({ length: COUNT }, (_, index) =>
  anEvent({
    id: `01JDC8Z1Q5W3N7XK2V9T4B${String((index * 7919) % 10_000).padStart(4, '0')}`,
    title: `Evento ${index}`,
    event_date: dateOf(Math.floor(index / 2)),
    city: index % 10 === 0 ? 'Olinda' : 'Recife',
  }),
);

async function store() {
  for (let start = 0; start < COUNT; start += 25) {
    const requests = events.slice(start, start + 25).map((event) => {
      const [record] = eventWrites(world.names.events, { before: null, after: event });
      return { PutRequest: { Item: record?.Put?.Item } };
    });
    await world.db.send(new BatchWriteCommand({ RequestItems: { [world.names.events]: requests } }));
  }
}

test('a walk goes by every event once, in the order of their dates, within its city and period', async () => {
  await store();
  const listing = eventListing(world.db, world.names.events);
  const walked = async (filter: { city?: string; from?: string; before?: string } = {}) => {
    const pages: string[][] = [];
    for await (const page of listing.walk({ owner: 'anonymous', ...filter })) {
      pages.push(page.map(({ event_date, id }) => `${event_date}#${id}`));
    }
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(100);
    return pages.flat();
  };
  const expected = (fits: (event: (typeof events)[number]) => boolean) =>
    events
      .filter(fits)
      .map(({ event_date, id }) => `${event_date}#${id}`)
      .toSorted((a, b) => (a < b ? -1 : 1));
  expect(await walked()).toEqual(expected(() => true));
  expect(await walked({ city: 'OLINDA' })).toEqual(expected(({ city }) => city === 'Olinda'));
  const [from, before] = [dateOf(100), dateOf(400)];
  expect(await walked({ from, before })).toEqual(
    expected(({ event_date }) => event_date >= from && event_date < before),
  );
  expect(await walked({ from: before, before: from })).toEqual([]);
  expect(await walked({ city: 'Natal' })).toEqual([]);
}, 60_000);
