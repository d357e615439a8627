import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { median, printTable, saveJson, type Row } from '../report.ts';
import { writeEvents } from './write-events.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const MB = Number(process.env['MB'] ?? 100);
const CONTENDERS = ['csv-parse', 'read', 'read and parse'];

const measured = z.object({
  good: z.int(),
  bad: z.int(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  rssMb: z.number(),
});
type Measured = z.infer<typeof measured>;

/** Rows per second of CPU: csv-parse alone, FastTrack's reader, and the reader with every check of a row, in turn on one file. */
export async function benchImport(): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'));
  try {
    const file = path.join(dir, 'events.csv');
    const rows = await writeEvents(file, MB * 1e6);
    const table = await compare(file, rows);
    printTable(table);
    await saveJson('import', table);
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function compare(file: string, rows: number): Promise<Row[]> {
  const runs = new Map<string, Measured[]>(CONTENDERS.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of CONTENDERS) {
      const run = await runOf(file, name);
      if (run.good !== rows || run.bad !== 0)
        throw new Error(`${name}: ${run.good} rows and ${run.bad} broken, not ${rows}`);
      console.error(`round ${round + 1}, ${name}: ${run.cpuSeconds.toFixed(1)} s of CPU`);
      runs.get(name)?.push(run);
    }
  }
  const alone = runs.get('csv-parse') ?? [];
  return CONTENDERS.map((name) => rowOf(name, rows, runs.get(name) ?? [], alone));
}

async function runOf(file: string, name: string): Promise<Measured> {
  const args = ['--import', 'tsx', 'bench/import/contender.ts', name, file];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return measured.parse(JSON.parse(stdout));
}

function rowOf(name: string, rows: number, runs: Measured[], alone: Measured[]): Row {
  const cpu = median(runs.map((run) => run.cpuSeconds));
  return {
    contender: name === 'csv-parse' ? 'csv-parse alone' : `FastTrack: ${name}`,
    rows,
    'CPU s/100,000 rows': ((cpu / rows) * 100_000).toFixed(2),
    'rows/s/core': Math.round(rows / cpu),
    // Round by round, because the machine's speed drifts.
    'CPU of csv-parse': `${median(runs.map((run, round) => run.cpuSeconds / (alone[round]?.cpuSeconds ?? run.cpuSeconds))).toFixed(2)}×`,
    'rows/s': Math.round(rows / median(runs.map((run) => run.seconds))),
    'RSS above idle, MB': Math.round(Math.max(...runs.map((run) => run.rssMb))),
  };
}
