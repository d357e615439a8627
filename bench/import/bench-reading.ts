import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serve } from '../engine/bench-engine.ts';
import { median, printTable, saveJson, type Row } from '../report.ts';
import { type Measured, runContender } from '../measure.ts';
import { putFile } from './put-file.ts';
import { writeEvents } from './write-events.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const MB = Number(process.env['MB'] ?? 100);
const LARGE_MB = Number(process.env['MB'] ?? 1074);
const ALONE = 'csv-parse';
const FROM_S3 = 'read and check, from S3';

/** CPU for rows: csv-parse alone, FastTrack's reader, and the reader with every check of a row, in turn on one file. */
export async function benchReading(): Promise<void> {
  await benchFile('import', MB * 1e6, [ALONE, 'read', 'read and check', FROM_S3], ROUNDS);
}

/** The same of a file of 1 GB, once: what memory it takes. */
export async function benchLargeFile(): Promise<void> {
  await benchFile('import-large', LARGE_MB * 1e6, [ALONE, FROM_S3], 1);
}

async function benchFile(title: string, bytes: number, names: string[], rounds: number): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const children: ChildProcess[] = [];
  try {
    const file = path.join(dir, 'events.csv');
    const [rows, s3] = await Promise.all([writeEvents(file, bytes), serve('s3', children)]);
    await putFile(s3, file, 'events.csv');
    const table = await compare([file, s3, 'events.csv'], rows, names, rounds);
    printTable(table);
    await saveJson(title, table);
  } finally {
    for (const child of children) child.kill();
    await rm(dir, { recursive: true });
  }
}

async function compare(where: string[], rows: number, names: string[], rounds: number): Promise<Row[]> {
  const runs = new Map<string, Measured[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      const run = await runContender('bench/import/contender.ts', [name, ...where]);
      const { good, bad } = run.counts;
      if (good !== rows || bad !== 0) throw new Error(`${name}: ${good} rows and ${bad} broken, not ${rows}`);
      console.error(`round ${round + 1}, ${name}: ${run.cpuSeconds.toFixed(1)} s of CPU`);
      runs.get(name)?.push(run);
    }
  }
  const alone = runs.get(ALONE) ?? [];
  return names.map((name) => rowOf(name, rows, runs.get(name) ?? [], alone));
}

function rowOf(name: string, rows: number, runs: Measured[], alone: Measured[]): Row {
  const cpu = median(runs.map((run) => run.cpuSeconds));
  return {
    contender: name === ALONE ? 'csv-parse alone' : `FastTrack: ${name}`,
    rows,
    'rows/s': Math.round(rows / median(runs.map((run) => run.seconds))),
    'CPU s/100,000 rows': ((cpu / rows) * 100_000).toFixed(2),
    'rows/s of one core': Math.round(rows / cpu),
    // Round by round, because the machine's speed drifts.
    "CPU of csv-parse's": `${median(runs.map((run, round) => run.cpuSeconds / (alone[round]?.cpuSeconds ?? run.cpuSeconds))).toFixed(2)}×`,
    'RSS above idle, MB': Math.round(Math.max(...runs.map((run) => run.rssMb))),
  };
}
