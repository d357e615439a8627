import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { monotonicFactory } from 'ulid';
import { eventWrites } from '../../src/events/change-event.ts';
import { anEvent } from '../../test/support/an-event.ts';
import { someTables } from '../../test/support/tables.ts';
import { type Measured, runContender } from '../measure.ts';
import { median, printTable, saveJson, type Row } from '../report.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const MANY = Number(process.env['EVENTS'] ?? 100_000);
const FEW = MANY / 10;
const FORMATS = ['json', 'csv'];
/** As many events as BatchWriteItem takes with the rows that make each the only one of its kind. */
const BATCH = 12;
const IN_FLIGHT = 8;

type World = Awaited<ReturnType<typeof someTables>>;

/** Memory and rate of an export of few events and of ten times as many. */
export async function benchExport(): Promise<void> {
  const world = await someTables();
  try {
    await record(world, 0, FEW);
    const few = await rowsOf(world, FEW);
    await record(world, FEW, MANY);
    const rows = [...few, ...(await rowsOf(world, MANY))];
    printTable(rows);
    await saveJson('export', rows);
  } finally {
    await world.stop();
  }
}

async function rowsOf({ endpoint, names }: World, events: number): Promise<Row[]> {
  const runs = new Map<string, Measured[]>(FORMATS.map((format) => [format, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const format of FORMATS) {
      const run = await runContender('bench/export/contender.ts', [format, endpoint, names.events]);
      if (run.counts['events'] !== events) throw new Error(`${format}: ${run.counts['events']} events, not ${events}`);
      console.error(`${events} events, round ${round + 1}, ${format}: ${run.seconds.toFixed(1)} s`);
      runs.get(format)?.push(run);
    }
  }
  return FORMATS.map((format) => rowOf(format, events, runs.get(format) ?? []));
}

function rowOf(format: string, events: number, runs: Measured[]): Row {
  return {
    format,
    events,
    MB: Math.round((runs[0]?.counts['bytes'] ?? 0) / 1e5) / 10,
    'events/s': Math.round(events / median(runs.map((run) => run.seconds))),
    'CPU s/100,000 events': ((median(runs.map((run) => run.cpuSeconds)) / events) * 100_000).toFixed(2),
    'RSS above idle, MB': Math.round(Math.max(...runs.map((run) => run.rssMb))),
  };
}

async function record({ db, names }: World, from: number, to: number): Promise<void> {
  const newId = monotonicFactory();
  let next = from;
  const worker = async () => {
    while (next < to) {
      const numbers = Array.from({ length: Math.min(BATCH, to - next) }, (_, n) => next + n);
      next += numbers.length;
      const writes = numbers.flatMap((n) => eventWrites(names.events, { before: null, after: numbered(n, newId()) }));
      const requests = writes.map(({ Put }) => ({ PutRequest: { Item: Put?.Item } }));
      await db.send(new BatchWriteCommand({ RequestItems: { [names.events]: requests } }));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
}

/** Spread over the days, so that the order of their dates is not that of their making. */
function numbered(n: number, id: string) {
  const minute = (n * 7919) % 1_000_003;
  return anEvent({ id, title: `Evento ${n}`, event_date: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString() });
}
