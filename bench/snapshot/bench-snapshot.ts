import { BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { COUNTER_SHARDS } from '../../contract/counters.ts';
import type { Status } from '../../contract/download.ts';
import { changeDownload } from '../../src/downloads/change-download.ts';
import { countersDelta } from '../../src/downloads/counters.ts';
import type { Download } from '../../src/downloads/download.ts';
import { openSnapshots } from '../../src/snapshots/open-snapshots.ts';
import { aDownload, at } from '../../test/support/a-download.ts';
import { somebody } from '../../test/support/connection-rows.ts';
import { someTables } from '../../test/support/tables.ts';
import { printTable, saveJson, type Row } from '../report.ts';

const FEW = 100;
const MANY = Number(process.env['RECORDS'] ?? 100_000);
const IN_PROGRESS = 10;
const CONNECTIONS = 100;
const BATCH = 25;
/** One that waits, with the same before it however many come after. */
const EARLY = 60;
const LAST = 'queue, with the place of the last';
const STATUSES: readonly Status[] = ['pending', 'completed', 'failed'];

type World = Awaited<ReturnType<typeof someTables>>;
type Cost = { requests: number; units: number };
type Costs = Record<string, Cost>;

const capacity = z.object({ CapacityUnits: z.number().default(0) });
const answer = z.object({ ConsumedCapacity: z.union([capacity, z.array(capacity)]).optional() });

/** What each snapshot asks of DynamoDB, with few and with many downloads on record; throws when it is not the same. */
export async function benchSnapshot(): Promise<void> {
  const world = await someTables();
  try {
    const cost = countedRequests(world.db);
    await somebody(world, 'client:somebody', CONNECTIONS);
    await record(world, 0, FEW);
    const few = await costs(world, cost, FEW);
    const started = performance.now();
    await record(world, FEW, MANY);
    console.error(`${MANY} downloads written in ${((performance.now() - started) / 1000).toFixed(0)} s`);
    const many = await costs(world, cost, MANY);
    const rows = Object.keys(few).map((name) => rowOf(name, few[name], many[name]));
    printTable(rows);
    await saveJson('snapshot', rows);
    for (const [name, cost] of Object.entries(few)) {
      if (cost.requests !== many[name]?.requests) throw new Error(`${name}: not as many requests`);
      // That one has more before it: up to a thousand are counted, in each shard.
      if (name !== LAST && cost.units !== many[name]?.units) throw new Error(`${name}: not as many units`);
    }
  } finally {
    await world.stop();
  }
}

async function costs({ db, names }: World, cost: (ask: () => Promise<unknown>) => Promise<Cost>, records: number) {
  const { build } = openSnapshots(db, names, () => at(records));
  // The first asks also when the system was started, and remembers it.
  await build.dashboard();
  const asked: Record<string, () => Promise<unknown>> = {
    queue: () => build.queue(),
    stats: () => build.stats(),
    dashboard: () => build.dashboard(),
    changes: () => build.changes(),
    'queue, with the place of an early one': () => build.queue(`d${EARLY}`),
    [LAST]: () => build.queue(`d${lastPending(records)}`),
  };
  const found: Costs = {};
  for (const [name, ask] of Object.entries(asked)) found[name] = await cost(ask);
  return found;
}

/** Counts the requests of this client and the capacity units that the engine says they consumed. */
function countedRequests(db: DynamoDBDocumentClient) {
  let so: Cost = { requests: 0, units: 0 };
  db.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const result = await next(args);
      const { ConsumedCapacity = [] } = answer.parse(result.output);
      for (const { CapacityUnits } of [ConsumedCapacity].flat()) so.units += CapacityUnits;
      so.requests += 1;
      return result;
    },
    { step: 'initialize' },
  );
  return async (ask: () => Promise<unknown>): Promise<Cost> => {
    so = { requests: 0, units: 0 };
    await ask();
    return { ...so };
  };
}

/** The downloads from one number to another, and what they would have added to the counters. */
async function record({ db, names }: World, from: number, to: number): Promise<void> {
  const totals: Record<string, number> = {};
  for (let start = from; start < to; start += BATCH) {
    const downloads = Array.from({ length: Math.min(BATCH, to - start) }, (_, n) => numbered(start + n));
    for (const download of downloads)
      for (const [name, value] of Object.entries(countersDelta(null, download, download.file_size ?? 0)))
        totals[name] = (totals[name] ?? 0) + value;
    await put(
      db,
      names.downloads,
      downloads.map((download) => changeDownload(names, null, download, at(0))[0]?.Put?.Item ?? {}),
    );
  }
  const shards = Array.from({ length: COUNTER_SHARDS }, (_, shard) => ({ pk: `counters#${shard}`, ...totals }));
  await put(db, names.downloads, shards);
}

async function put(db: DynamoDBDocumentClient, table: string, items: Record<string, unknown>[]): Promise<void> {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  await db.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
}

function numbered(n: number): Download {
  const status = n < IN_PROGRESS ? 'downloading' : (STATUSES[n % STATUSES.length] ?? 'pending');
  return aDownload({ id: `d${n}`, status, created_at: at(n).toISOString(), unsettled_since: null, file_size: 1000 });
}

function lastPending(records: number): number {
  for (let n = records - 1; ; n -= 1) if (numbered(n).status === 'pending') return n;
}

function rowOf(snapshot: string, few: Cost | undefined, many: Cost | undefined): Row {
  return {
    snapshot,
    [`requests at ${FEW}`]: few?.requests ?? Number.NaN,
    [`at ${MANY}`]: many?.requests ?? Number.NaN,
    [`read units at ${FEW}`]: few?.units ?? Number.NaN,
    [`units at ${MANY}`]: many?.units ?? Number.NaN,
  };
}
