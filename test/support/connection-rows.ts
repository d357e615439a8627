import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import type { someTables } from './tables.ts';

type World = Pick<Awaited<ReturnType<typeof someTables>>, 'db' | 'names'>;

/** Rows as so many connections that listen to a kind of channel have them. */
export const listening = (world: World, kind: string, count: number, until = new Date(Date.now() + 60_000)) =>
  put(
    world,
    Array.from({ length: count }, () => {
      const id = randomUUID();
      return { pk: `channel#${kind}`, sk: id, kind, expires_at: until.toISOString() };
    }),
  );

/** Rows as so many open connections of one person have them. */
export const somebody = (world: World, user: string, connections: number) =>
  put(
    world,
    Array.from({ length: connections }, () => {
      const id = randomUUID();
      return { pk: `connection#${id}`, sk: 'connection', online: 'yes', user_connection: `${user}#${id}` };
    }),
  );

async function put({ db, names }: World, items: Record<string, unknown>[]): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    const requests = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    await db.send(new BatchWriteCommand({ RequestItems: { [names.connections]: requests } }));
  }
}
