import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import type { ImportView } from '../../contract/import.ts';
import { calendarCsv, correctedCsv } from '../support/calendar-csv.ts';
import { importClient } from '../support/import-client.ts';
import { eventually, listen } from '../support/listeners.ts';
import { startCommand, type StackProcess } from '../support/stack.ts';

/*
 * Imports at a size that no test run has time for, on a local cloud of its own:
 * `npx tsx test/prove/imports.ts mistakes` (100,000 rows, 1,234 broken) or `kills` (200,000 rows, three kill -9).
 */
const HOUR_MS = 3_600_000;

function must(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
  }
  console.log(`ok   ${what}`);
}

const rows = (read: number, counts: Partial<ImportView['rows']>): ImportView['rows'] => ({
  read,
  created: 0,
  updated: 0,
  unchanged: 0,
  failed: 0,
  ...counts,
});

async function timed<T>(what: string, count: number, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const result = await work();
  const seconds = (Date.now() - began) / 1000;
  console.log(`     ${what}: ${seconds.toFixed(1)} s, ${Math.round(count / seconds)} rows/s`);
  return result;
}

async function countEvents(appUrl: string): Promise<{ events: number; different: number }> {
  const response = await fetch(`${appUrl}/eventos/download?format=ndjson`);
  const keys = new Set<string>();
  let events = 0;
  if (response.body === null) throw new Error('no export');
  for await (const line of createInterface({ input: Readable.fromWeb(response.body) })) {
    const { title, event_date, city } = JSON.parse(line) as { title: string; event_date: string; city: string };
    keys.add(JSON.stringify([title, event_date, city]));
    events += 1;
  }
  return { events, different: keys.size };
}

async function mistakes(stack: StackProcess): Promise<void> {
  const [ALL, BROKEN] = [100_000, 1234];
  const app = importClient(stack.appUrl);
  const { text, broken } = calendarCsv(ALL, BROKEN);
  const socket = await listen(stack.appUrl, '/ws/upload/calendario');
  const { import_id: id } = await app.presigned(Buffer.from(text), { fileName: 'calendario.csv' });
  const first = await timed('import', ALL, () => app.done({ import_id: id }, HOUR_MS));
  must('totals', first.rows, rows(ALL, { created: ALL - BROKEN, failed: BROKEN }));
  await socket.until(({ type }) => type === 'upload_completed');
  const told = socket.heard.flatMap(({ type, data }) =>
    type === 'upload_row_errors' ? (data as { errors: { line: number; code: string }[] }).errors : [],
  );
  const lines = broken.map(({ line, code }) => ({ line, code }));
  must(
    'each broken line told once, live',
    told.map(({ line, code }) => ({ line, code })),
    lines,
  );
  const listed = await app.rows(id, 'failed');
  must(
    'each broken line listed',
    listed.map(({ line }) => line),
    lines.map(({ line }) => line),
  );
  const corrected = Buffer.from(correctedCsv(await app.failedCsv(id), broken));
  const second = await app.done(await app.send('/uploads', corrected, { fileName: 'corrigido.csv' }), HOUR_MS);
  must('failed.csv, corrected, creates the rest', second.rows, rows(BROKEN, { created: BROKEN }));
  const whole = Buffer.from(calendarCsv(ALL, 0).text);
  const third = await timed('the same again', ALL, async () =>
    app.done(await app.presigned(whole, { fileName: 'inteiro.csv' }), HOUR_MS),
  );
  must('the same file is a no-op', third.rows, rows(ALL, { unchanged: ALL }));
  for (const { import_id } of [second, first]) {
    await app.control(import_id, 'undo');
    const undone = await timed('undo', ALL, () => app.done({ import_id }, HOUR_MS));
    console.log(`     ${JSON.stringify(undone.undo)}`);
  }
  must('undo leaves nothing', await countEvents(stack.appUrl), { events: 0, different: 0 });
  socket.close();
}

async function kills(stack: StackProcess, restarted: () => Promise<StackProcess>): Promise<void> {
  const ALL = 200_000;
  const { text } = calendarCsv(ALL, 0);
  const { import_id: id } = await importClient(stack.appUrl).presigned(Buffer.from(text), { fileName: 'grande.csv' });
  let current = stack;
  const began = Date.now();
  for (const share of [0.2, 0.45, 0.7]) {
    const app = importClient(current.appUrl);
    const at = await eventually(async () => {
      const { read } = (await app.get(id)).rows;
      return read > share * ALL ? read : undefined;
    }, HOUR_MS);
    await current.kill();
    console.log(`     kill -9 after ${at} rows`);
    current = await restarted();
  }
  const record = await importClient(current.appUrl).done({ import_id: id }, HOUR_MS);
  console.log(`     ${((Date.now() - began) / 1000).toFixed(0)} s with the kills`);
  must('totals', record.rows, rows(ALL, { created: ALL }));
  must('no duplicates', await countEvents(current.appUrl), { events: ALL, different: ALL });
  await current.kill();
}

const dataDir = await mkdtemp(join(tmpdir(), 'prove-imports-'));
const stack = await startCommand(dataDir);
try {
  if (process.argv[2] === 'kills') await kills(stack, () => startCommand(dataDir));
  else {
    await mistakes(stack);
    await stack.kill();
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
process.exit(0);
