import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileKey, newImport } from '../../src/imports/import.ts';
import { importsTable } from '../../src/imports/table.ts';
import { someTables } from '../../test/support/tables.ts';
import { serve } from '../engine/bench-engine.ts';
import { type Measured, runContender } from '../measure.ts';
import { median, printTable, saveJson, type Row } from '../report.ts';
import { putFile } from './put-file.ts';
import { writeEvents } from './write-events.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 3);
const MB = Number(process.env['MB'] ?? 50);
const CONTENDERS = {
  FastTrack: 'FastTrack: the import worker',
  loop: 'csv-parse and a conditional PutItem a row',
  alone: 'csv-parse alone',
};
type Name = keyof typeof CONTENDERS;
const names: Name[] = ['FastTrack', 'loop', 'alone'];

/** From S3 into tables: the import worker, and the loop that one would write instead, in turn, each into an empty engine. */
export async function benchWriting(): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'bench-'));
  const children: ChildProcess[] = [];
  try {
    const file = path.join(dir, 'events.csv');
    const [rows, s3] = await Promise.all([writeEvents(file, MB * 1e6), serve('s3', children)]);
    const runs: Record<Name, Measured[]> = { FastTrack: [], loop: [], alone: [] };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of names) {
        const run = await (name === 'alone' ? readAlone(file) : write(name, file, s3));
        if (run.counts['created'] !== rows) throw new Error(`${name}: ${run.counts['created']} rows, not ${rows}`);
        console.error(
          `round ${round + 1}, ${name}: ${run.seconds.toFixed(1)} s, ${run.cpuSeconds.toFixed(1)} s of CPU`,
        );
        runs[name].push(run);
      }
    }
    const table = names.map((name) => rowOf(name, rows, runs[name], runs));
    printTable(table);
    await saveJson('import-writing', table);
  } finally {
    for (const child of children) child.kill();
    await rm(dir, { recursive: true });
  }
}

async function readAlone(file: string): Promise<Measured> {
  const run = await runContender('bench/import/contender.ts', ['csv-parse', file]);
  return { ...run, counts: { created: run.counts['good'] ?? 0 } };
}

async function write(name: Name, file: string, s3: string): Promise<Measured> {
  const tables = await someTables();
  try {
    const now = new Date();
    const what = { owner: 'anonymous', uploadId: 'bench', fileName: 'events.csv', mode: 'import' } as const;
    const created = newImport(what, null, { timeZone: 'America/Sao_Paulo', fileDueAt: now, now });
    await importsTable(tables.db, tables.names).create(created, null, null, now);
    await putFile(s3, file, fileKey(created.id));
    const where = { s3, dynamodb: tables.endpoint, id: created.id, names: tables.names };
    return await runContender('bench/import/writer.ts', [name, JSON.stringify(where)]);
  } finally {
    await tables.stop();
  }
}

function rowOf(name: Name, rows: number, own: Measured[], all: Record<Name, Measured[]>): Row {
  const cpu = median(own.map((run) => run.cpuSeconds));
  // Round by round, because the machine's speed drifts.
  const times = (what: 'seconds' | 'cpuSeconds', than: Name) =>
    `${median(own.map((run, round) => run[what] / (all[than][round]?.[what] ?? run[what]))).toFixed(2)}×`;
  const checkpoints = own.flatMap(({ counts, seconds }) =>
    counts['checkpoints'] === undefined ? [] : [counts['checkpoints'] / seconds],
  );
  return {
    contender: CONTENDERS[name],
    rows,
    'rows/s': Math.round(rows / median(own.map((run) => run.seconds))),
    "time of the loop's": times('seconds', 'loop'),
    'CPU s/100,000 rows': ((cpu / rows) * 100_000).toFixed(2),
    "CPU of the loop's": times('cpuSeconds', 'loop'),
    "CPU of csv-parse's": times('cpuSeconds', 'alone'),
    'checkpoints/s': checkpoints.length === 0 ? '–' : median(checkpoints).toFixed(1),
    'RSS above idle, MB': Math.round(Math.max(...own.map((run) => run.rssMb))),
  };
}
